package io.magnetar.stream.definition;

import io.magnetar.stream.StreamDefinition;
import io.magnetar.tenancy.Namespace;
import java.util.HashMap;
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
 * @param version of what was read; rises with each change of the topic
 */
public record StreamTopic(
        Namespace namespace,
        String name,
        boolean persistent,
        int partitions,
        Map<String, String> properties,
        long createdAtMillis,
        long version) {

    /** A topic that is still to be made. */
    public StreamTopic(Namespace namespace, String name, int partitions, Map<String, String> properties) {
        this(namespace, name, true, partitions, properties, 0, 0);
    }

    public StreamTopic {
        properties = Map.copyOf(properties);
    }

    /** The Pulsar topic's full name. */
    public String pulsarTopic() {
        return (persistent ? "persistent://" : "non-persistent://") + namespace.name() + "/" + StreamDefinition.STREAMS
                + "/" + name;
    }

    /** The same topic with other properties. */
    public StreamTopic withProperties(Map<String, String> others) {
        return new StreamTopic(namespace, name, persistent, partitions, others, createdAtMillis, version);
    }

    /** Whether it is written down with how many partitions it began as a stream. */
    boolean isPinned() {
        return properties.containsKey(StreamDefinitionParser.PARTITIONS);
    }

    /** The same topic, which began as a stream with a number of partitions. */
    public StreamTopic pinned(int partitionsOfStream) {
        Map<String, String> pinned = new HashMap<>(properties);
        pinned.put(StreamDefinitionParser.PARTITIONS, Integer.toString(partitionsOfStream));
        return withProperties(pinned);
    }
}
