package io.magnetar.sink.message;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.functions.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * A record of a stream's topic, or of any other Pulsar topic: what MQTT's properties do not say comes from Pulsar's own.
 *
 * <p>Thread: one at a time.
 */
public final class StreamMessage {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static final byte[] NO_BYTES = {};
    private static final int MAX_QOS = 2;

    private final Record<?> record;
    private final Message<?> message;
    private final Map<String, String> properties;
    private final byte[] payload;
    private @Nullable PulsarTopic pulsarTopic;
    private @Nullable Position position;
    private @Nullable JsonNode json;
    private String @Nullable [] levels;

    /**
     * @throws IllegalArgumentException when the record does not come from a Pulsar topic
     */
    public StreamMessage(Record<?> record) {
        this(record, null);
    }

    /**
     * @param pulsarTopic the record's, which callers may keep instead of having the name parsed for each record
     */
    public StreamMessage(Record<?> record, @Nullable PulsarTopic pulsarTopic) {
        this.record = record;
        this.pulsarTopic = pulsarTopic;
        if (record.getTopicName().isEmpty()) {
            throw notOfPulsar();
        }
        message = record.getMessage().orElseThrow(StreamMessage::notOfPulsar);
        properties = message.getProperties();
        byte[] data = message.getData();
        payload = data == null ? NO_BYTES : data;
    }

    private static IllegalArgumentException notOfPulsar() {
        return new IllegalArgumentException("the record comes from no Pulsar topic");
    }

    public Record<?> record() {
        return record;
    }

    /** Parsed when it is first asked for, as few templates do. */
    public PulsarTopic pulsarTopic() {
        PulsarTopic parsed = pulsarTopic;
        if (parsed == null) {
            parsed = PulsarTopic.parse(record.getTopicName().orElseThrow(StreamMessage::notOfPulsar));
            pulsarTopic = parsed;
        }
        return parsed;
    }

    /** Read when it is first asked for. */
    public Position position() {
        Position read = position;
        if (read == null) {
            read = Position.of(message.getMessageId());
            position = read;
        }
        return read;
    }

    public MessageId messageId() {
        return message.getMessageId();
    }

    /** The version of the Pulsar schema that it was written with; empty when it was written without. */
    public byte[] schemaVersion() {
        byte[] version = message.getSchemaVersion();
        return version == null ? NO_BYTES : version;
    }

    /** The MQTT topic; for messages that did not come by MQTT their key, and without one the stream's name. */
    public String topic() {
        String topic = properties.get(PropertyNames.TOPIC);
        if (topic != null) {
            return topic;
        }
        String key = message.getKey();
        return key == null ? pulsarTopic().stream() : key;
    }

    /** The level of the topic with an index that begins at 0, counted from the end when it is negative. */
    public Optional<String> topicLevel(int index) {
        String[] split = levels;
        if (split == null) {
            split = topic().split("/", -1);
            levels = split;
        }
        int at = index < 0 ? split.length + index : index;
        return at >= 0 && at < split.length ? Optional.of(split[at]) : Optional.empty();
    }

    /** When the broker received the message: epoch microseconds. Without MQTT, the event time or the time of publish. */
    public long timestampMicros() {
        String timestamp = properties.get(PropertyNames.TIMESTAMP);
        if (timestamp != null) {
            try {
                return Long.parseLong(timestamp);
            } catch (NumberFormatException e) {
                // Anyone may produce to the topic: this one is not Magnetar's.
                return pulsarTimeMicros();
            }
        }
        return pulsarTimeMicros();
    }

    private long pulsarTimeMicros() {
        long eventTime = message.getEventTime();
        boolean isTime = eventTime > 0 && eventTime <= Long.MAX_VALUE / 1_000; // Anyone may write what is none.
        return 1_000 * (isTime ? eventTime : message.getPublishTime());
    }

    /** 0 when the message did not come by MQTT. */
    public int qos() {
        String qos = properties.get(PropertyNames.QOS);
        if (qos == null || qos.length() != 1) {
            return 0;
        }
        int value = qos.charAt(0) - '0';
        return value >= 0 && value <= MAX_QOS ? value : 0;
    }

    public boolean retain() {
        return "true".equals(properties.get(PropertyNames.RETAIN));
    }

    public Optional<String> clientId() {
        return property(PropertyNames.CLIENT_ID);
    }

    public Optional<String> username() {
        return property(PropertyNames.USERNAME);
    }

    public Optional<String> contentType() {
        return property(PropertyNames.CONTENT_TYPE);
    }

    /** Any property, MQTT's own as well. */
    public Optional<String> property(String name) {
        return Optional.ofNullable(properties.get(name));
    }

    /** The properties that are the publisher's: MQTT user properties and what API producers set. */
    public Map<String, String> userProperties() {
        Map<String, String> users = new LinkedHashMap<>();
        properties.forEach((name, value) -> {
            if (!name.startsWith(PropertyNames.PREFIX)) {
                users.put(name, value);
            }
        });
        return users;
    }

    /** All properties. */
    public Map<String, String> properties() {
        return properties;
    }

    public Optional<String> key() {
        return Optional.ofNullable(message.getKey());
    }

    /** Whether it has a value, be it an empty one; a tombstone has none. */
    public boolean hasValue() {
        return record.getValue() != null;
    }

    /** Empty when there is no value. Shared: nobody writes to it. */
    public byte[] payload() {
        return payload;
    }

    /** The payload as JSON, parsed once; a missing node when it is none. */
    public JsonNode json() {
        JsonNode parsed = json;
        if (parsed == null) {
            parsed = parse();
            json = parsed;
        }
        return parsed;
    }

    private JsonNode parse() {
        try {
            return JSON.readTree(payload);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }
}
