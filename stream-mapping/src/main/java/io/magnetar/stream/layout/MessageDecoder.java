package io.magnetar.stream.layout;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.PublishMark;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.message.UserProperty;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import io.magnetar.topic.TopicNames;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the MQTT message in a Pulsar message, whoever produced it. What is missing or malformed has a default, so that no
 * producer can stop a reader:
 *
 * <ul>
 *   <li>no topic: the stream's filter when it has no wildcard, else the message is no MQTT message;
 *   <li>no timestamp: when Pulsar's broker stored the message, or the producer's time when Pulsar does not tell;
 *   <li>no QoS: 1. Any other: as if not set.
 * </ul>
 *
 * <p>Thread: immutable.
 */
public final class MessageDecoder {
    private static final long MICROS_PER_MILLI = 1_000;

    private final Namespace namespace;
    private final @Nullable String defaultTopic;

    /** @param filter the filter of the stream */
    public MessageDecoder(Namespace namespace, TopicFilter filter) {
        this.namespace = namespace;
        this.defaultTopic = filter.hasWildcards() ? null : filter.value();
    }

    /** For messages whose topic is known otherwise. */
    public MessageDecoder(Namespace namespace) {
        this.namespace = namespace;
        this.defaultTopic = null;
    }

    /** The MQTT message, or null when it has no topic. */
    public @Nullable Message decode(org.apache.pulsar.client.api.Message<byte[]> pulsar) {
        Map<String, String> properties = pulsar.getProperties();
        String topic = topic(properties.get(PropertyNames.TOPIC));
        if (topic == null) {
            return null;
        }
        return decode(
                topic,
                pulsar.getData(),
                properties,
                pulsar.getBrokerPublishTime().orElseGet(pulsar::getPublishTime));
    }

    /**
     * The MQTT message of a topic.
     *
     * @param topic a legal topic name, whatever the properties say
     * @param storedMillis when Pulsar stored it, epoch milliseconds
     */
    public Message decode(String topic, byte[] payload, Map<String, String> properties, long storedMillis) {
        String clientId = text(properties, PropertyNames.CLIENT_ID);
        return new Message(
                topic,
                payload,
                qos(properties.get(PropertyNames.QOS)),
                "true".equals(properties.get(PropertyNames.RETAIN)),
                properties(properties),
                new Publisher(namespace, clientId, text(properties, PropertyNames.USERNAME)),
                number(properties.get(PropertyNames.TIMESTAMP), storedMillis * MICROS_PER_MILLI),
                mark(properties.get(PropertyNames.MARK)));
    }

    /** The topic of the MQTT message, or null when it has none. */
    public @Nullable String topic(org.apache.pulsar.client.api.Message<byte[]> pulsar) {
        return topic(pulsar.getProperty(PropertyNames.TOPIC));
    }

    /** When the MQTT broker received a message, or else when Pulsar stored it, epoch microseconds. */
    public static long timestampMicros(org.apache.pulsar.client.api.Message<byte[]> pulsar) {
        long storedMillis = pulsar.getBrokerPublishTime().orElseGet(pulsar::getPublishTime);
        return number(pulsar.getProperty(PropertyNames.TIMESTAMP), storedMillis * MICROS_PER_MILLI);
    }

    /**
     * The time that says where a message is in the order of its log, epoch microseconds: when Pulsar stored it, or before that when it
     * is a copy of one that the MQTT broker received earlier.
     */
    public static long placedMicros(org.apache.pulsar.client.api.Message<byte[]> pulsar) {
        long storedMillis = pulsar.getBrokerPublishTime().orElseGet(pulsar::getPublishTime);
        return Math.min(storedMillis * MICROS_PER_MILLI, timestampMicros(pulsar));
    }

    private static @Nullable PublishMark mark(@Nullable String value) {
        return value == null ? null : PublishMark.parse(value).orElse(null);
    }

    private @Nullable String topic(@Nullable String value) {
        return value != null && isLegalTopic(value) ? value : defaultTopic;
    }

    /** Whether a text can be a topic name on the wire. */
    public static boolean isLegalTopic(String text) {
        return TopicNames.problem(text).isEmpty() && MqttText.isLegal(text);
    }

    private static Qos qos(@Nullable String value) {
        if ("0".equals(value)) {
            return Qos.AT_MOST_ONCE;
        }
        return "2".equals(value) ? Qos.EXACTLY_ONCE : Qos.AT_LEAST_ONCE;
    }

    private static MessageProperties properties(Map<String, String> properties) {
        boolean utf8 = "1".equals(properties.get(PropertyNames.PAYLOAD_FORMAT));
        long expiry = number(properties.get(PropertyNames.EXPIRY), MessageProperties.NEVER_EXPIRES);
        String contentType = text(properties, PropertyNames.CONTENT_TYPE);
        String responseTopic = text(properties, PropertyNames.RESPONSE_TOPIC);
        byte[] correlationData = base64(properties.get(PropertyNames.CORRELATION_DATA));
        List<UserProperty> userProperties = userProperties(properties);
        if (!utf8
                && expiry == MessageProperties.NEVER_EXPIRES
                && contentType == null
                && responseTopic == null
                && correlationData == null
                && userProperties.isEmpty()) {
            return MessageProperties.NONE;
        }
        boolean legalResponseTopic =
                responseTopic != null && TopicNames.problem(responseTopic).isEmpty();
        return new MessageProperties(
                utf8, expiry, contentType, legalResponseTopic ? responseTopic : null, correlationData, userProperties);
    }

    private static List<UserProperty> userProperties(Map<String, String> properties) {
        String json = properties.get(PropertyNames.USER_PROPERTIES);
        List<UserProperty> all = Optional.ofNullable(json)
                .flatMap(UserPropertyForms::fromJson)
                .orElseGet(() -> UserPropertyForms.fromPulsar(properties));
        return all.stream()
                .filter(property -> MqttText.isLegal(property.name()) && MqttText.isLegal(property.value()))
                .toList();
    }

    private static @Nullable String text(Map<String, String> properties, String name) {
        String value = properties.get(name);
        return value != null && MqttText.isLegal(value) ? value : null;
    }

    /** A number of 0 or more, or the default. */
    private static long number(@Nullable String value, long defaultNumber) {
        if (value == null) {
            return defaultNumber;
        }
        try {
            long number = Long.parseLong(value);
            return number >= 0 ? number : defaultNumber;
        } catch (NumberFormatException e) {
            return defaultNumber;
        }
    }

    private static byte @Nullable [] base64(@Nullable String value) {
        if (value == null) {
            return null;
        }
        try {
            byte[] data = Base64.getDecoder().decode(value);
            return data.length <= 65_535 ? data : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
