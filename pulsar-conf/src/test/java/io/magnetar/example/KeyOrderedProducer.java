package io.magnetar.example;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.apache.pulsar.client.api.BatcherBuilder;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;

/** Writes into a stream beside MQTT devices, in one key order with them for the consumers of a Key_Shared subscription. */
public final class KeyOrderedProducer {
    private static final int ORDER_BUCKETS = 16; // the stream's mqtt.order-buckets, 16 when it names none

    private KeyOrderedProducer() {}

    /** The ordering key that MQTT messages of this key carry. */
    static byte[] orderingKey(String key, int partitions) {
        int partition = (key.hashCode() & Integer.MAX_VALUE) % partitions;
        int bucket = ((key.hashCode() * 0x9E3779B1) >>> 16) % ORDER_BUCKETS;
        return (partition + "/" + bucket).getBytes(US_ASCII);
    }

    public static void main(String[] args) throws PulsarClientException {
        String stream = args[1];
        try (PulsarClient client = PulsarClient.builder().serviceUrl(args[0]).build();
                Producer<byte[]> producer = client.newProducer()
                        .topic(stream)
                        .batcherBuilder(BatcherBuilder.KEY_BASED)
                        .create()) {
            int partitions = client.getPartitionsForTopic(stream, false).join().size();
            producer.newMessage()
                    .key("station-7")
                    .orderingKey(orderingKey("station-7", partitions))
                    .property("mqtt.topic", "sensors/7/readings")
                    .value("22.0".getBytes(UTF_8))
                    .send();
        }
    }
}
