package io.magnetar.sink.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.magnetar.sink.message.StreamMessage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands between <code>${</code> and <code>}</code>: a value of each message.
 *
 * <p>Thread: immutable.
 */
final class Placeholder {
    private static final Pattern TOPIC_LEVEL = Pattern.compile("topic\\[(-?\\d{1,5})]");
    private static final String PROPERTY = "property.";
    private static final String PAYLOAD = "payload";

    static final String KNOWN =
            "topic, topic[N], key, clientid, username, qos, retain, ts, content_type, property.NAME, payload, payload.PATH, tenant,"
                    + " stream, partition, position, and of the time in UTC date, year, month, day, hour, minute";

    private final Function<StreamMessage, JsonNode> value;

    private Placeholder(Function<StreamMessage, JsonNode> value) {
        this.value = value;
    }

    /** A missing node when the message has no such value. */
    JsonNode of(StreamMessage message) {
        return value.apply(message);
    }

    /**
     * @throws IllegalArgumentException when there is no such placeholder
     */
    static Placeholder parse(String name) {
        return new Placeholder(
                switch (name) {
                    case "topic" -> message -> TextNode.valueOf(message.topic());
                    case "key" -> message -> text(message.key());
                    case "clientid" -> message -> text(message.clientId());
                    case "username" -> message -> text(message.username());
                    case "content_type" -> message -> text(message.contentType());
                    case "qos" -> message -> IntNode.valueOf(message.qos());
                    case "retain" -> message -> TextNode.valueOf(Boolean.toString(message.retain()));
                    case "ts" -> message -> LongNode.valueOf(message.timestampMicros());
                    case "tenant" ->
                        message -> TextNode.valueOf(message.pulsarTopic().tenant());
                    case "stream" -> message -> TextNode.valueOf(message.pulsarTopic().stream());
                    case "partition" -> message -> partition(message);
                    case "date" -> time("yyyy-MM-dd");
                    case "year" -> time("yyyy");
                    case "month" -> time("MM");
                    case "day" -> time("dd");
                    case "hour" -> time("HH");
                    case "minute" -> time("mm");
                    case "position" ->
                        message -> TextNode.valueOf(message.position().toString());
                    case PAYLOAD -> message -> TextNode.valueOf(new String(message.payload(), StandardCharsets.UTF_8));
                    default -> parseCompound(name);
                });
    }

    private static Function<StreamMessage, JsonNode> parseCompound(String name) {
        Matcher level = TOPIC_LEVEL.matcher(name);
        if (level.matches()) {
            int index = Integer.parseInt(level.group(1));
            return message -> text(message.topicLevel(index));
        }
        if (name.startsWith(PROPERTY) && name.length() > PROPERTY.length()) {
            String property = name.substring(PROPERTY.length());
            return message -> text(message.property(property));
        }
        if (name.startsWith(PAYLOAD)) {
            PayloadPath path = PayloadPath.parse(name.substring(PAYLOAD.length()));
            return message -> path.of(message.json());
        }
        throw new IllegalArgumentException("${" + name + "} is unknown; there are " + KNOWN);
    }

    /** A part of the time of {@link StreamMessage#timestampMicros()}. */
    private static Function<StreamMessage, JsonNode> time(String pattern) {
        DateTimeFormatter format =
                DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
        return message ->
                TextNode.valueOf(format.format(Instant.EPOCH.plus(message.timestampMicros(), ChronoUnit.MICROS)));
    }

    private static JsonNode text(Optional<String> text) {
        return text.isPresent() ? TextNode.valueOf(text.get()) : MissingNode.getInstance();
    }

    private static JsonNode partition(StreamMessage message) {
        int partition = message.pulsarTopic().partition();
        return partition < 0 ? IntNode.valueOf(0) : IntNode.valueOf(partition);
    }
}
