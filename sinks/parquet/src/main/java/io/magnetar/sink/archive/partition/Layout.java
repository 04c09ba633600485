package io.magnetar.sink.archive.partition;

import io.magnetar.sink.message.Position;
import io.magnetar.sink.message.PulsarTopic;
import io.magnetar.sink.message.StreamMessage;
import io.magnetar.sink.template.Template;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;

/**
 * Where the files of one partition are: a path that a message's values fill, and a name that tells the partition and the
 * first position in the file. The same messages always give the same keys.
 *
 * <p>Thread: one at a time.
 */
final class Layout {
    /** Values that the messages of a partition share within a minute. */
    private static final Set<String> STEADY =
            Set.of("tenant", "stream", "partition", "date", "year", "month", "day", "hour", "minute");

    private static final long MINUTE_MICROS = 60_000_000;
    /** What a value that is missing is called where Hive lays out files. */
    private static final String MISSING = "__HIVE_DEFAULT_PARTITION__";

    private static final int MAX_VALUE = 100;
    private static final int HASH_DIGITS = 8;
    private static final String SAFE = "-_.+@~,";

    private final Template template;
    private final boolean steady;
    private final String name;
    private final String extension;
    private long minute = Long.MIN_VALUE;
    private String path = "";

    Layout(Template template, PulsarTopic topic, String extension) {
        this.template = template;
        this.extension = extension;
        steady = STEADY.containsAll(template.placeholders());
        name = escape(topic.stream()) + "-" + Math.max(0, topic.partition()) + "-" + hash(topic.name()) + "-";
    }

    /** The directory of a message's file. */
    String path(StreamMessage message) {
        long now = Math.floorDiv(message.timestampMicros(), MINUTE_MICROS);
        if (!steady || now != minute) {
            path = template.render(message, Layout::escape).orElse("");
            if (path.isEmpty()) {
                path = MISSING;
            }
            minute = now;
        }
        return path;
    }

    /** What the keys of this partition's files in a directory begin with. */
    String prefix(String directory) {
        return directory + "/" + name;
    }

    String key(String directory, Position first) {
        return prefix(directory)
                + String.format(
                        Locale.ROOT,
                        "%019d-%012d-%05d.%s",
                        first.ledgerId(),
                        first.entryId(),
                        first.batchIndex(),
                        extension);
    }

    /**
     * The first position in a file, by its key; the file may be of another format than those that are written now.
     *
     * @throws IllegalArgumentException when it is no key of this layout
     */
    Position first(String directory, String key) {
        String prefix = prefix(directory);
        int end = key.indexOf('.', prefix.length());
        if (!key.startsWith(prefix) || end < 0) {
            throw new IllegalArgumentException("no key of this partition: " + key);
        }
        return Position.parse(key.substring(prefix.length(), end).replace('-', ':'));
    }

    /** Values of messages come from anyone: none makes a directory of its own, leaves the archive, or gets too long. */
    static String escape(String value) {
        StringBuilder escaped = new StringBuilder();
        for (byte next : value.getBytes(StandardCharsets.UTF_8)) {
            char letter = (char) (next & 0xff);
            boolean dots = letter == '.' && escaped.isEmpty();
            if (!dots && ((letter < 0x80 && Character.isLetterOrDigit(letter)) || SAFE.indexOf(letter) >= 0)) {
                escaped.append(letter);
            } else {
                escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits(next));
            }
        }
        if (escaped.isEmpty()) {
            return MISSING;
        }
        return escaped.length() <= MAX_VALUE ? escaped.toString() : escaped.substring(0, MAX_VALUE) + "~" + hash(value);
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
