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

    /**
     * Fills a Pulsar message: payload, key, event time and properties.
     *
     * @param key the Pulsar message's key
     */
    public static void encode(Message message, String key, TypedMessageBuilder<byte[]> pulsar) {
        pulsar.value(message.payload())
                .key(key)
                .eventTime(message.timestampMicros() / 1_000)
                .property(PropertyNames.TOPIC, message.topic())
                .property(PropertyNames.TIMESTAMP, Long.toString(message.timestampMicros()))
                .property(PropertyNames.QOS, qos(message));
        if (message.retain()) {
            pulsar.property(PropertyNames.RETAIN, "true");
        }
        Publisher publisher = message.publisher();
        put(pulsar, PropertyNames.CLIENT_ID, publisher.clientId());
        put(pulsar, PropertyNames.USERNAME, publisher.username());
        encode(message.properties(), pulsar);
    }

    private static String qos(Message message) {
        return switch (message.qos()) {
            case AT_MOST_ONCE -> "0";
            case AT_LEAST_ONCE -> "1";
            case EXACTLY_ONCE -> "2";
        };
    }

    private static void encode(MessageProperties properties, TypedMessageBuilder<byte[]> pulsar) {
        put(pulsar, PropertyNames.CONTENT_TYPE, properties.contentType());
        put(pulsar, PropertyNames.RESPONSE_TOPIC, properties.responseTopic());
        byte[] correlationData = properties.correlationData();
        if (correlationData != null) {
            pulsar.property(PropertyNames.CORRELATION_DATA, Base64.getEncoder().encodeToString(correlationData));
        }
        if (properties.payloadIsUtf8()) {
            pulsar.property(PropertyNames.PAYLOAD_FORMAT, "1");
        }
        if (properties.expires()) {
            pulsar.property(PropertyNames.EXPIRY, Long.toString(properties.expiresAtMillis()));
        }
        encode(properties.userProperties(), pulsar);
    }

    private static void encode(List<UserProperty> properties, TypedMessageBuilder<byte[]> pulsar) {
        if (UserPropertyForms.arePlain(properties)) {
            properties.forEach(property -> pulsar.property(property.name(), property.value()));
            return;
        }
        pulsar.property(PropertyNames.USER_PROPERTIES, UserPropertyForms.toJson(properties));
        UserPropertyForms.unique(properties).forEach(property -> pulsar.property(property.name(), property.value()));
    }

    private static void put(TypedMessageBuilder<byte[]> pulsar, String name, @Nullable String value) {
        if (value != null) {
            pulsar.property(name, value);
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
