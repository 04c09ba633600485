package io.magnetar.stream;

import io.magnetar.message.Message;
import io.magnetar.stream.key.StreamKey;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

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
 * @param life since when there is this stream of the name
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
        StreamLimits limits,
        Life life) {
    /** The local name of the Pulsar namespace that streams are in. */
    public static final String STREAMS = "streams";

    /**
     * A stream that was deleted and made again under its name is another one.
     *
     * <p>One that is filled from another is served when that is done. Before that comes a moment from which on messages are live: they
     * are taken, and held until what came before them has been copied.
     *
     * @param createdAtMillis when its topic was made, epoch milliseconds; 0 when the metadata store does not say
     * @param fillsFrom the name of the stream that it is being filled from, else null
     * @param liveFromMicros messages that were received earlier come from the other stream, epoch microseconds; 0 while that is not
     *     known, and without another stream
     */
    public record Life(long createdAtMillis, @Nullable String fillsFrom, long liveFromMicros) {
        /** Of a stream about which nothing else is known. */
        public static final Life EVER = new Life(0, null, 0);

        /** How long it may take from that moment until the stream is open: after that nothing is held, and it is not filled. */
        private static final long LONGEST_HOLD_MICROS = TimeUnit.SECONDS.toMicros(25);

        public boolean isFilling() {
            return fillsFrom != null;
        }

        /** Whether it has messages that came from another stream: they were stored later than they were received. */
        public boolean wasFilled() {
            return liveFromMicros > 0;
        }

        /** Until when messages are held at most, by their receive time, epoch microseconds. */
        public long heldUntilMicros() {
            return liveFromMicros + LONGEST_HOLD_MICROS;
        }

        /** Whether messages are written as they come, be it that they are held for a moment. */
        public boolean isWritten() {
            return fillsFrom == null || liveFromMicros > 0;
        }

        /** Whether a message that was received at a time is to be written as it comes. */
        public boolean takes(long receivedMicros) {
            return receivedMicros >= liveFromMicros
                    && isWritten()
                    && (fillsFrom == null || receivedMicros < heldUntilMicros());
        }
    }

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
        this(namespace, name, filter, key, partitions, orderBuckets, lastValue, STREAMS, StreamLimits.NONE, Life.EVER);
    }

    /** The same stream with other limits. */
    public StreamDefinition limited(StreamLimits other) {
        return new StreamDefinition(
                namespace, name, filter, key, partitions, orderBuckets, lastValue, pulsarNamespace, other, life);
    }

    /** The same stream for a reader to whom every message counts. */
    public StreamDefinition everyMessage() {
        return new StreamDefinition(
                namespace, name, filter, key, partitions, orderBuckets, false, pulsarNamespace, limits, life);
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
                StreamLimits.NONE,
                Life.EVER);
    }

    /** The same with another number of partitions. */
    public StreamDefinition withPartitions(int other) {
        return new StreamDefinition(
                namespace, name, filter, key, other, orderBuckets, lastValue, pulsarNamespace, limits, life);
    }

    /** The same with another life. */
    public StreamDefinition living(Life other) {
        return new StreamDefinition(
                namespace, name, filter, key, partitions, orderBuckets, lastValue, pulsarNamespace, limits, other);
    }

    /** Whether this is the other one, perhaps altered, and not one that was made in its place. */
    public boolean isSameAs(StreamDefinition other) {
        return namespace.equals(other.namespace)
                && name.equals(other.name)
                && pulsarNamespace.equals(other.pulsarNamespace)
                && partitions == other.partitions
                && life.createdAtMillis == other.life.createdAtMillis;
    }

    /** Whether it is the queue of its namespace, and no stream. */
    public boolean isQueue() {
        return pulsarNamespace.equals(QUEUE);
    }

    /** The Pulsar topic of the whole stream. */
    public String pulsarTopic() {
        return "persistent://" + namespace.name() + "/" + pulsarNamespace + "/" + name;
    }

    /** The Pulsar topic of the stream that it is being filled from. */
    public Optional<String> pulsarTopicOfSource() {
        return Optional.ofNullable(life.fillsFrom)
                .map(source -> "persistent://" + namespace.name() + "/" + pulsarNamespace + "/" + source);
    }

    /** The Pulsar topic of one partition, {@code 0 <= partition < partitions}. */
    public String pulsarTopic(int partition) {
        return pulsarTopic() + "-partition-" + partition;
    }
}
