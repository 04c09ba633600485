package io.magnetar.example;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;

/** Prints what a stream holds: the broker's time, the MQTT topic, the key and the payload of each message. */
public final class ReadStream {
    private ReadStream() {}

    public static void main(String[] args) throws IOException {
        String brokerUrl = args[0]; // pulsar://127.0.0.1:6650
        String stream = args[1]; // persistent://public/streams/readings
        try (PulsarClient client = PulsarClient.builder().serviceUrl(brokerUrl).build();
                Reader<byte[]> reader = client.newReader()
                        .topic(stream)
                        .startMessageId(MessageId.earliest)
                        .create()) {
            while (reader.hasMessageAvailable()) {
                Message<byte[]> message = reader.readNext();
                System.out.printf(
                        "%s %s key=%s %s%n",
                        message.getProperty("mqtt.ts"),
                        message.getProperty("mqtt.topic"),
                        message.getKey(),
                        new String(message.getData(), UTF_8));
            }
        }
    }
}
