package io.magnetar.stream.layout;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.UserProperty;
import java.util.Base64;
import java.util.List;
import org.apache.pulsar.client.api.TypedMessageBuilder;
import org.jspecify.annotations.Nullable;

/** Lays an MQTT message into a Pulsar message. Stateless. */
public final class MessageEncoder {
    private static final int FIXED_BYTES = 128;
    private static final int PER_PROPERTY_BYTES = 8;

    private MessageEncoder() {}

    /** Takes the properties of a Pulsar message. */
    @FunctionalInterface
    public interface PropertySink {
        void put(String name, String value);
    }

    /**
     * Fills a Pulsar message: payload, key, event time and properties.
     *
     * @param key the Pulsar message's key
     */
    public static void encode(Message message, String key, TypedMessageBuilder<byte[]> pulsar) {
        pulsar.value(message.payload()).key(key).eventTime(eventTime(message));
        properties(message, pulsar::property);
    }

    /** The event time of a Pulsar message: when the broker received the MQTT message, in epoch milliseconds. */
    public static long eventTime(Message message) {
        return message.timestampMicros() / 1_000;
    }

    /** Passes on the properties of a Pulsar message, each name once. */
    public static void properties(Message message, PropertySink pulsar) {
        pulsar.put(PropertyNames.TOPIC, message.topic());
        pulsar.put(PropertyNames.TIMESTAMP, Long.toString(message.timestampMicros()));
        pulsar.put(PropertyNames.QOS, qos(message));
        if (message.retain()) {
            pulsar.put(PropertyNames.RETAIN, "true");
        }
        Publisher publisher = message.publisher();
        put(pulsar, PropertyNames.CLIENT_ID, publisher.clientId());
        put(pulsar, PropertyNames.USERNAME, publisher.username());
        if (message.mark() != null) {
            pulsar.put(PropertyNames.MARK, message.mark().text());
        }
        properties(message.properties(), pulsar);
    }

    private static String qos(Message message) {
        return switch (message.qos()) {
            case AT_MOST_ONCE -> "0";
            case AT_LEAST_ONCE -> "1";
            case EXACTLY_ONCE -> "2";
        };
    }

    private static void properties(MessageProperties properties, PropertySink pulsar) {
        put(pulsar, PropertyNames.CONTENT_TYPE, properties.contentType());
        put(pulsar, PropertyNames.RESPONSE_TOPIC, properties.responseTopic());
        byte[] correlationData = properties.correlationData();
        if (correlationData != null) {
            pulsar.put(PropertyNames.CORRELATION_DATA, Base64.getEncoder().encodeToString(correlationData));
        }
        if (properties.payloadIsUtf8()) {
            pulsar.put(PropertyNames.PAYLOAD_FORMAT, "1");
        }
        if (properties.expires()) {
            pulsar.put(PropertyNames.EXPIRY, Long.toString(properties.expiresAtMillis()));
        }
        userProperties(properties.userProperties(), pulsar);
    }

    private static void userProperties(List<UserProperty> properties, PropertySink pulsar) {
        if (UserPropertyForms.arePlain(properties)) {
            properties.forEach(property -> pulsar.put(property.name(), property.value()));
            return;
        }
        pulsar.put(PropertyNames.USER_PROPERTIES, UserPropertyForms.toJson(properties));
        UserPropertyForms.unique(properties).forEach(property -> pulsar.put(property.name(), property.value()));
    }

    private static void put(PropertySink pulsar, String name, @Nullable String value) {
        if (value != null) {
            pulsar.put(name, value);
        }
    }

    /** About how many bytes the message takes in a log: payload, key and properties. Never less by much. */
    public static long size(Message message, String key) {
        Publisher publisher = message.publisher();
        long bytes = (long) FIXED_BYTES
                + message.payload().length
                + message.topic().length()
                + key.length()
                + length(publisher.clientId())
                + length(publisher.username());
        MessageProperties properties = message.properties();
        byte[] correlationData = properties.correlationData();
        bytes += (long) length(properties.contentType())
                + length(properties.responseTopic())
                + (correlationData == null ? 0 : 2L * correlationData.length);
        for (UserProperty property : properties.userProperties()) {
            bytes += 2L * (property.name().length() + property.value().length() + PER_PROPERTY_BYTES);
        }
        return bytes;
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }
}
