package io.magnetar.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.sink.message.Position;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * A compacted Kafka topic of one partition that says, for each Pulsar partition that a sink reads, up to which position its
 * messages are in Kafka. A position is written in the transaction that brings the messages.
 *
 * <p>Thread: one at a time; it blocks as long as the log can be read on within the patience.
 */
final class PositionLog {
    private static final CloseOptions AT_ONCE = CloseOptions.timeout(Duration.ZERO);
    private static final int FETCH_WAIT_MS = 100;

    private final Map<String, Object> client;
    private final TopicPartition partition;
    private final String sink;
    private final Duration patience;

    /**
     * @param client the configuration that all of Kafka's clients share
     * @param sink whose positions they are: tenant, namespace and name
     */
    PositionLog(Map<String, Object> client, String topic, String sink, Duration patience) {
        this.client = client;
        this.partition = new TopicPartition(topic, 0);
        this.sink = sink;
        this.patience = patience;
    }

    /** Makes the topic where it is missing; who may not make topics may use one that is there. */
    void make() throws InterruptedException {
        Admin admin = Admin.create(client);
        try {
            if (!exists(admin)) {
                NewTopic topic = new NewTopic(partition.topic(), Optional.of(1), Optional.empty())
                        .configs(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
                admin.createTopics(List.of(topic)).all().get();
            }
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw failure(e);
            }
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    private boolean exists(Admin admin) throws InterruptedException {
        try {
            admin.describeTopics(List.of(partition.topic())).allTopicNames().get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return false;
            }
            throw failure(e);
        }
    }

    private static KafkaException failure(ExecutionException e) {
        return e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
    }

    private byte[] key(String pulsarTopic) {
        return (sink + " " + pulsarTopic).getBytes(UTF_8);
    }

    ProducerRecord<byte[], byte[]> record(String pulsarTopic, Position position) {
        return new ProducerRecord<>(
                partition.topic(),
                partition.partition(),
                key(pulsarTopic),
                position.toString().getBytes(UTF_8));
    }

    /**
     * The last position that was committed, or null. Whoever may still write one has to be fenced off before.
     *
     * <p>What is committed can lie behind a transaction of another partition that is still open; so the log is read up to
     * the end that it has now, and not only to where all transactions are decided.
     */
    @Nullable
    Position read(String pulsarTopic) {
        long end;
        Consumer<byte[], byte[]> all = consumer("read_uncommitted");
        try {
            end = all.endOffsets(List.of(partition), patience).getOrDefault(partition, 0L);
        } finally {
            all.close(AT_ONCE);
        }
        Consumer<byte[], byte[]> committed = consumer("read_committed");
        try {
            return last(committed, new String(key(pulsarTopic), UTF_8), end);
        } finally {
            committed.close(AT_ONCE);
        }
    }

    private @Nullable Position last(Consumer<byte[], byte[]> committed, String key, long end) {
        Position last = null;
        committed.assign(List.of(partition));
        committed.seekToBeginning(List.of(partition));
        long at = committed.position(partition, patience);
        long moved = System.nanoTime();
        while (at < end) {
            for (ConsumerRecord<byte[], byte[]> record : committed.poll(Duration.ofMillis(100))) {
                if (record.key() != null && key.equals(new String(record.key(), UTF_8))) {
                    last = Position.parse(new String(record.value(), UTF_8));
                }
            }
            long now = committed.position(partition, patience);
            if (now > at) {
                at = now;
                moved = System.nanoTime();
            } else if (System.nanoTime() - moved > patience.toNanos()) {
                throw new TimeoutException(partition.topic() + " cannot be read on at " + at + " of " + end
                        + ": Kafka does not answer, or the transaction of another partition stays open");
            }
        }
        return last;
    }

    private Consumer<byte[], byte[]> consumer(String isolation) {
        Map<String, Object> configuration = new HashMap<>(client);
        configuration.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
        configuration.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        configuration.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MS);
        configuration.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        configuration.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return new KafkaConsumer<>(configuration);
    }
}
