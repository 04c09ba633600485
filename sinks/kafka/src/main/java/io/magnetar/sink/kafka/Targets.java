package io.magnetar.sink.kafka;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jspecify.annotations.Nullable;

/**
 * Tells records that name a Kafka topic or a partition which is not there: Kafka's client would wait for it, and all others
 * behind it. A topic that the sink's configuration names is waited for; one that a message names makes the message bad. The
 * last {@value #MAX_MISSING} topics that are not there are remembered for a minute.
 *
 * <p>Thread: the batcher's; it blocks, up to the timeouts of Kafka's clients.
 */
final class Targets {
    private static final int MAX_MISSING = 1_000;
    private static final long REMEMBERED_NANOS = Duration.ofMinutes(1).toNanos();

    private final KafkaConnection connection;
    private final boolean byMessage;
    /** When a topic was not there, {@code System.nanoTime()}. */
    private final Map<String, Long> missing = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MAX_MISSING;
        }
    };

    /** @param byMessage whether the topic's name is made of the message */
    Targets(KafkaConnection connection, boolean byMessage) {
        this.connection = connection;
        this.byMessage = byMessage;
    }

    /** Before a record is handed over: why it has nowhere to go, or null. Fails like Kafka's client. */
    @Nullable
    NoSuchTarget refusal(Producer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record)
            throws InterruptedException {
        String topic = record.topic();
        Long since = missing.get(topic);
        if (since != null && System.nanoTime() - since < REMEMBERED_NANOS) {
            return noTopic(topic);
        }
        Integer partition = record.partition();
        if (partition == null) {
            return null;
        }
        try {
            if (partition < producer.partitionsFor(topic).size()) {
                return null;
            }
        } catch (TimeoutException | TopicAuthorizationException e) {
            if (explain(topic, e) instanceof NoSuchTarget refusal) {
                return refusal;
            }
            throw e;
        }
        // What the client knows may be from before the topic was given more.
        OptionalInt partitions = connection.partitions(topic);
        return partitions.isPresent() && partition >= partitions.getAsInt()
                ? new NoSuchTarget("partition: the Kafka topic " + topic + " has " + partitions.getAsInt()
                        + ", counted from 0, and none with the number " + partition)
                : null;
    }

    /**
     * What it means that a record could not be handed over, since the client had waited for its topic in vain: the failure
     * itself, or that the record has nowhere to go.
     */
    Exception explain(String topic, Exception failure) throws InterruptedException {
        if (byMessage
                && failure instanceof TimeoutException
                && connection.partitions(topic).equals(OptionalInt.of(0))) {
            missing.remove(topic);
            missing.put(topic, System.nanoTime());
            return noTopic(topic);
        }
        return denied(topic, failure);
    }

    /** A failure, or that the record has nowhere to go because of it. Thread: any. */
    Exception denied(String topic, Exception failure) {
        return byMessage && failure instanceof TopicAuthorizationException
                ? new NoSuchTarget("topic: Kafka lets this user not write to " + topic)
                : failure;
    }

    private static NoSuchTarget noTopic(String topic) {
        return new NoSuchTarget("topic: Kafka has none with the name " + topic);
    }
}
