package io.magnetar.stream.definition;

import io.magnetar.stream.StreamDefinition;
import io.magnetar.tenancy.Namespace;
import java.util.Map;

/**
 * A partitioned Pulsar topic in a namespace {@code <tenant>/streams}, as its admin made it: a stream, or an attempt at one.
 *
 * <p>Thread: immutable.
 *
 * @param namespace the tenant
 * @param name the topic's local name
 * @param persistent false for a {@code non-persistent://} topic
 * @param partitions the number of partitions
 * @param properties the topic's properties
 * @param createdAtMillis when it was created, epoch milliseconds; a topic that was deleted and created again is another one.
 *     0 when the metadata store does not say
 */
public record StreamTopic(
        Namespace namespace,
        String name,
        boolean persistent,
        int partitions,
        Map<String, String> properties,
        long createdAtMillis) {

    public StreamTopic {
        properties = Map.copyOf(properties);
    }

    /** The Pulsar topic's full name. */
    public String pulsarTopic() {
        return (persistent ? "persistent://" : "non-persistent://") + namespace.name() + "/" + StreamDefinition.STREAMS
                + "/" + name;
    }

    /** The same topic with another number of partitions. */
    StreamTopic withPartitions(int other) {
        return new StreamTopic(namespace, name, persistent, other, properties, createdAtMillis);
    }
}
