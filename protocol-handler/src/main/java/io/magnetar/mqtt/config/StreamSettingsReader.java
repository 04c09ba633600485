package io.magnetar.mqtt.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.magnetar.mqtt.auth.NamedStreamCreators;
import io.magnetar.mqtt.auth.StreamCreators;
import io.magnetar.stream.definition.StreamTemplate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code mqttStreamCreators}, {@code client-id:<pattern>} and {@code username:<pattern>} separated by commas, and
 * {@code mqttStreamTemplate}, an object in JSON.
 *
 * <p>Thread: the caller's; used once.
 */
final class StreamSettingsReader {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PARTITIONS = "partitions";
    private static final String PROPERTIES = "properties";
    private static final String TEMPLATE_FORM =
            " is not {\"partitions\": <number>, \"properties\": {<name>: <value>, ...}}";

    private final Consumer<String> problems;

    StreamSettingsReader(Consumer<String> problems) {
        this.problems = problems;
    }

    /** Null when nobody is named. */
    @Nullable
    StreamCreators creators(String written) {
        if (written.isEmpty()) {
            return null;
        }
        List<Pattern> clientIds = new ArrayList<>();
        List<Pattern> usernames = new ArrayList<>();
        for (String one : written.split(",", -1)) {
            String name = one.trim();
            int colon = name.indexOf(':');
            String pattern = name.substring(colon + 1);
            if (name.startsWith("client-id:") && !pattern.isEmpty()) {
                clientIds.add(pattern(pattern));
            } else if (name.startsWith("username:") && !pattern.isEmpty()) {
                usernames.add(pattern(pattern));
            } else {
                problems.accept(ConfigurationKey.STREAM_CREATORS.key() + ": '" + name
                        + "' is not client-id:<pattern> or username:<pattern>");
            }
        }
        return new NamedStreamCreators(clientIds, usernames);
    }

    /** A star is any text. */
    private static Pattern pattern(String written) {
        return Pattern.compile(
                Arrays.stream(written.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")),
                Pattern.DOTALL);
    }

    StreamTemplate template(String written) {
        try {
            JsonNode json = JSON.readTree(written);
            JsonNode partitions = json.path(PARTITIONS);
            if (!json.isObject() || !hasOnlyKnown(json) || !(partitions.isMissingNode() || partitions.isInt())) {
                return wrong("'" + written + "'" + TEMPLATE_FORM);
            }
            Map<String, String> properties = new HashMap<>();
            json.path(PROPERTIES)
                    .fields()
                    .forEachRemaining(field ->
                            properties.put(field.getKey(), field.getValue().asText()));
            StreamTemplate template = new StreamTemplate(partitions.asInt(1), properties);
            return template.problem().map(this::wrong).orElse(template);
        } catch (JsonProcessingException e) {
            return wrong("'" + written + "'" + TEMPLATE_FORM);
        }
    }

    private static boolean hasOnlyKnown(JsonNode json) {
        List<String> names = new ArrayList<>();
        json.fieldNames().forEachRemaining(names::add);
        return List.of(PARTITIONS, PROPERTIES).containsAll(names);
    }

    private StreamTemplate wrong(String problem) {
        problems.accept(ConfigurationKey.STREAM_TEMPLATE.key() + ": " + problem);
        return StreamTemplate.PLAIN;
    }
}
