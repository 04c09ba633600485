package io.magnetar.stream;

import io.magnetar.message.Message;
import io.magnetar.stream.key.StreamKey;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;

/**
 * What a stream is: a partitioned Pulsar topic {@code persistent://<namespace>/streams/<name>} whose topic properties say
 * which MQTT topics it keeps. The queue of a namespace, the messages owed to its durable sessions, is a log of the same kind at
 * {@code persistent://<namespace>/queue/messages}.
 *
 * <p>Thread: immutable.
 *
 * @param namespace the MQTT namespace, the Pulsar tenant
 * @param name the stream's name, the Pulsar topic's local name
 * @param filter the MQTT topics that it keeps ({@code mqtt.filter})
 * @param key how a message's key is found ({@code mqtt.key})
 * @param partitions the number of partitions, 1 or more, fixed for the life of the stream
 * @param orderBuckets ordering buckets per partition ({@code mqtt.order-buckets}); 0 for plain batches
 * @param lastValue whether the newest message of each key is what counts ({@code mqtt.last-value})
 * @param pulsarNamespace the local name of the Pulsar namespace that the topic is in
 * @param limits how much each partition holds
 */
public record StreamDefinition(
        Namespace namespace,
        String name,
        TopicFilter filter,
        StreamKey key,
        int partitions,
        int orderBuckets,
        boolean lastValue,
        String pulsarNamespace,
        StreamLimits limits) {
    /** The local name of the Pulsar namespace that streams are in. */
    public static final String STREAMS = "streams";

    private static final String QUEUE = "queue";
    private static final String MESSAGES = "messages";

    /** A stream whose every message counts. */
    public StreamDefinition(
            Namespace namespace, String name, TopicFilter filter, StreamKey key, int partitions, int orderBuckets) {
        this(namespace, name, filter, key, partitions, orderBuckets, false);
    }

    /** A stream. */
    public StreamDefinition(
            Namespace namespace,
            String name,
            TopicFilter filter,
            StreamKey key,
            int partitions,
            int orderBuckets,
            boolean lastValue) {
        this(namespace, name, filter, key, partitions, orderBuckets, lastValue, STREAMS, StreamLimits.NONE);
    }

    /** The same stream with other limits. */
    public StreamDefinition limited(StreamLimits other) {
        return new StreamDefinition(
                namespace, name, filter, key, partitions, orderBuckets, lastValue, pulsarNamespace, other);
    }

    /** The queue of a namespace: its key is the topic. */
    public static StreamDefinition queueOf(Namespace namespace, int partitions) {
        return new StreamDefinition(
                namespace,
                MESSAGES,
                new TopicFilter("#"),
                Message::topic,
                partitions,
                0,
                false,
                QUEUE,
                StreamLimits.NONE);
    }

    /** Whether it is the queue of its namespace, and no stream. */
    public boolean isQueue() {
        return pulsarNamespace.equals(QUEUE);
    }

    /** The Pulsar topic of the whole stream. */
    public String pulsarTopic() {
        return "persistent://" + namespace.name() + "/" + pulsarNamespace + "/" + name;
    }

    /** The Pulsar topic of one partition, {@code 0 <= partition < partitions}. */
    public String pulsarTopic(int partition) {
        return pulsarTopic() + "-partition-" + partition;
    }
}
