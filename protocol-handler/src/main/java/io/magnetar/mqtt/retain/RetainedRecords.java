package io.magnetar.mqtt.retain;

import io.magnetar.log.LogRecord;
import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.stream.layout.MessageDecoder;
import io.magnetar.tenancy.Namespace;
import java.util.Optional;

/**
 * Retained messages as records of their log: the key is the topic, an empty payload deletes. What has expired is deleted by a
 * record that has the time and the expiry of the message, and no client: it means that message and no newer one.
 *
 * <p>Thread: immutable.
 */
final class RetainedRecords {
    private static final byte[] NOTHING = {};

    private final Publisher nobody;
    private final MessageDecoder decoder;

    RetainedRecords(Namespace namespace) {
        this.nobody = new Publisher(namespace, null, null);
        this.decoder = new MessageDecoder(namespace);
    }

    /** The message, or nothing when the record's key is no topic name: whoever produced it, it is not MQTT's. */
    Optional<Message> decode(LogRecord record) {
        return MessageDecoder.isLegalTopic(record.key())
                ? Optional.of(decoder.decode(record.key(), record.value(), record.properties(), record.storedMillis()))
                : Optional.empty();
    }

    static boolean deletes(Message message) {
        return message.payload().length == 0;
    }

    /** What deletes an expired message. */
    Message expiryOf(Message expired) {
        return new Message(
                expired.topic(),
                NOTHING,
                expired.qos(),
                true,
                MessageProperties.NONE.expiringAt(expired.properties().expiresAtMillis()),
                nobody,
                expired.timestampMicros());
    }

    static boolean isExpiry(Message message) {
        return deletes(message)
                && message.publisher().clientId() == null
                && message.properties().expires();
    }

    /** Whether a record is the one that a message was written as. */
    static boolean isSame(Message message, Message record) {
        String clientId = message.publisher().clientId();
        return message.timestampMicros() == record.timestampMicros()
                && (clientId == null || clientId.equals(record.publisher().clientId()));
    }
}
