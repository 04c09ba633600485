package io.magnetar.it.mqtt;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Reader;

/** The log of the retained messages of the namespace {@code public}, as a data engineer reads it. */
final class RetainedLog {
    private RetainedLog() {}

    /** The last record of each MQTT topic; a deleted one's is empty. */
    private static Map<String, Message<byte[]>> newest(EmbeddedPulsar pulsar) throws IOException {
        Map<String, Message<byte[]>> newest = new HashMap<>();
        try (Reader<byte[]> reader = pulsar.client()
                .newReader()
                .topic("persistent://public/mqtt/retained")
                .startMessageId(MessageId.earliest)
                .create()) {
            while (reader.hasMessageAvailable()) {
                Message<byte[]> message = reader.readNext(20, TimeUnit.SECONDS);
                newest.put(message.getKey(), message);
            }
        }
        return newest;
    }

    static Map<String, String> propertiesOf(EmbeddedPulsar pulsar, String topic) throws IOException {
        Message<byte[]> message = newest(pulsar).get(topic);
        return message == null ? Map.of() : message.getProperties();
    }

    static Optional<byte[]> newestOf(EmbeddedPulsar pulsar, String topic) throws IOException {
        return Optional.ofNullable(newest(pulsar).get(topic)).map(Message::getData);
    }
}
