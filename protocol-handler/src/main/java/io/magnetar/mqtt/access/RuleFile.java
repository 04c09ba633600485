package io.magnetar.mqtt.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.magnetar.tenancy.Namespace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rules in a file, a line each, in JSON as {@link RuleSyntax} has it; {@code namespace} in one says where it counts. Empty lines and those
 * that begin with {@code #} are not looked at.
 *
 * <p>A file that has changed and cannot be read leaves the rules as they were.
 *
 * <p>Thread: any may ask for rules; one looks at the file, which may block.
 */
public final class RuleFile {
    private static final Logger LOG = LoggerFactory.getLogger(RuleFile.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NAMESPACE = "namespace";
    private static final long MAX_BYTES = 4 * 1024 * 1024;

    private final Path file;
    private volatile Content content;
    /** What could not be read, so that it is told once. */
    private byte[] refused = new byte[0];

    /** @param namespace where it counts; null for everywhere */
    private record Line(@Nullable String namespace, Rule rule) {}

    /** What was in the file at one moment. */
    private static final class Content {
        final byte[] bytes;
        private final List<Line> lines;
        private final Map<Namespace, List<List<Rule>>> perNamespace = new ConcurrentHashMap<>();

        Content(byte[] bytes, List<Line> lines) {
            this.bytes = bytes;
            this.lines = lines;
        }

        List<List<Rule>> of(Namespace namespace) {
            return perNamespace.computeIfAbsent(
                    namespace,
                    key -> List.of(lines.stream()
                            .filter(line ->
                                    line.namespace() == null || line.namespace().equals(key.name()))
                            .map(Line::rule)
                            .toList()));
        }
    }

    private RuleFile(Path file, Content content) {
        this.file = file;
        this.content = content;
    }

    /**
     * Reads a file.
     *
     * @throws IOException when it cannot be read
     * @throws RuleSyntax.InvalidRuleException when it has mistakes: all at once, by the numbers of the lines
     */
    public static RuleFile open(Path file) throws IOException {
        byte[] bytes = bytes(file);
        return new RuleFile(file, new Content(bytes, parse(bytes)));
    }

    private static byte[] bytes(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("it has more than " + MAX_BYTES + " bytes");
        }
        return Files.readAllBytes(file);
    }

    private static List<Line> parse(byte[] bytes) {
        List<Line> lines = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        String[] written = text(bytes).split("\r?\n", -1);
        for (int i = 0; i < written.length; i++) {
            String line = written[i].strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                try {
                    lines.add(line(line));
                } catch (RuleSyntax.InvalidRuleException e) {
                    problems.add("line " + (i + 1) + ": " + e.getMessage());
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new RuleSyntax.InvalidRuleException(String.join("; ", problems));
        }
        return lines;
    }

    private static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new RuleSyntax.InvalidRuleException("it is no text in UTF-8");
        }
    }

    private static Line line(String written) {
        JsonNode node;
        try {
            node = JSON.readTree(written);
        } catch (JsonProcessingException e) {
            throw new RuleSyntax.InvalidRuleException("it is no JSON: " + e.getOriginalMessage());
        }
        if (!(node instanceof ObjectNode rule)) {
            throw new RuleSyntax.InvalidRuleException("a rule is an object in JSON");
        }
        JsonNode namespace = rule.remove(NAMESPACE);
        if (namespace == null) {
            return new Line(null, RuleSyntax.read(rule));
        }
        if (!Namespace.isLegal(namespace.asText(""))) {
            throw new RuleSyntax.InvalidRuleException("'" + namespace.asText() + "' is no name of a namespace");
        }
        return new Line(namespace.asText(), RuleSyntax.read(rule));
    }

    /** The rules for a client. */
    public List<List<Rule>> of(Subject client) {
        return content.of(client.publisher().namespace());
    }

    /** Looks at the file; tells whether its rules have changed. */
    public boolean lookAgain() {
        try {
            byte[] bytes = bytes(file);
            if (Arrays.equals(bytes, content.bytes) || Arrays.equals(bytes, refused)) {
                return false;
            }
            refused = bytes;
            content = new Content(bytes, parse(bytes));
            refused = new byte[0];
            LOG.info("Read {} rules of {}", content.lines.size(), file);
            return true;
        } catch (IOException | RuleSyntax.InvalidRuleException e) {
            LOG.warn("The rules in {} stay as they were: {}", file, e.getMessage());
            return false;
        }
    }
}
