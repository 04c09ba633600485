package io.magnetar.stream;

import io.magnetar.stream.key.StreamKey;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;

/**
 * What a stream is: a partitioned Pulsar topic {@code persistent://<namespace>/streams/<name>} whose topic properties say
 * which MQTT topics it keeps.
 *
 * <p>Thread: immutable.
 *
 * @param namespace the MQTT namespace, the Pulsar tenant
 * @param name the stream's name, the Pulsar topic's local name
 * @param filter the MQTT topics that it keeps ({@code mqtt.filter})
 * @param key how a message's key is found ({@code mqtt.key})
 * @param partitions the number of partitions, 1 or more, fixed for the life of the stream
 * @param orderBuckets ordering buckets per partition ({@code mqtt.order-buckets}); 0 for plain batches
 */
public record StreamDefinition(
        Namespace namespace, String name, TopicFilter filter, StreamKey key, int partitions, int orderBuckets) {

    /** The Pulsar topic of the whole stream. */
    public String pulsarTopic() {
        return "persistent://" + namespace.name() + "/streams/" + name;
    }

    /** The Pulsar topic of one partition, {@code 0 <= partition < partitions}. */
    public String pulsarTopic(int partition) {
        return pulsarTopic() + "-partition-" + partition;
    }
}
