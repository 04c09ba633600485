package io.magnetar.mqtt.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.stream.MessageIdSyntax;
import io.magnetar.stream.StreamInspection.Peeked;
import io.magnetar.stream.StreamReaders.StreamMessage;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Messages of a stream in words for JSON. Stateless. */
final class MessageDescription {
    private MessageDescription() {}

    static Map<String, Object> of(Peeked peeked) {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put(
                "messages",
                peeked.messages().stream().map(MessageDescription::of).toList());
        description.put("cut", peeked.cut());
        return description;
    }

    private static Map<String, Object> of(StreamMessage read) {
        Message message = read.message();
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("messageId", MessageIdSyntax.write(read.partition(), read.position()));
        description.put("partition", read.partition());
        description.put("topic", message.topic());
        put(description, "key", read.key());
        description.put("ts", message.timestampMicros());
        description.put(
                "time",
                Instant.EPOCH.plus(message.timestampMicros(), ChronoUnit.MICROS).toString());
        description.put("qos", message.qos().value());
        description.put("retain", message.retain());
        put(description, "clientId", message.publisher().clientId());
        put(description, "username", message.publisher().username());
        properties(description, message.properties());
        description.put("payloadBytes", message.payload().length);
        payload(description, message.payload());
        return description;
    }

    private static void properties(Map<String, Object> description, MessageProperties properties) {
        put(description, "contentType", properties.contentType());
        put(description, "responseTopic", properties.responseTopic());
        byte[] correlationData = properties.correlationData();
        if (correlationData != null) {
            description.put("correlationDataBase64", base64(correlationData));
        }
        if (properties.payloadIsUtf8()) {
            description.put("payloadFormat", 1);
        }
        if (properties.expiresAtMillis() != MessageProperties.NEVER_EXPIRES) {
            description.put(
                    "expires",
                    Instant.ofEpochMilli(properties.expiresAtMillis()).toString());
        }
        if (!properties.userProperties().isEmpty()) {
            description.put(
                    "userProperties",
                    properties.userProperties().stream()
                            .map(property -> List.of(property.name(), property.value()))
                            .toList());
        }
    }

    /** As text where it is some, else in base64. */
    private static void payload(Map<String, Object> description, byte[] payload) {
        try {
            description.put(
                    "payload",
                    UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString());
        } catch (CharacterCodingException e) {
            description.put("payloadBase64", base64(payload));
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static void put(Map<String, Object> description, String name, @Nullable String value) {
        if (value != null) {
            description.put(name, value);
        }
    }
}
