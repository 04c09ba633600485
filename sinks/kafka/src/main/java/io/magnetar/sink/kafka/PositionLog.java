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
 * <p>Thread: one at a time; it blocks, up to the patience.
 */
final class PositionLog {
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
        try (Admin admin = Admin.create(client)) {
            if (!exists(admin)) {
                NewTopic topic = new NewTopic(partition.topic(), Optional.of(1), Optional.empty())
                        .configs(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
                admin.createTopics(List.of(topic)).all().get();
            }
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw failure(e);
            }
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
        try (Consumer<byte[], byte[]> all = consumer("read_uncommitted")) {
            end = all.endOffsets(List.of(partition), patience).getOrDefault(partition, 0L);
        }
        Position last = null;
        String key = new String(key(pulsarTopic), UTF_8);
        try (Consumer<byte[], byte[]> committed = consumer("read_committed")) {
            committed.assign(List.of(partition));
            committed.seekToBeginning(List.of(partition));
            long deadline = System.nanoTime() + patience.toNanos();
            while (committed.position(partition, patience) < end) {
                if (System.nanoTime() > deadline) {
                    throw new TimeoutException("a transaction in " + partition.topic() + " stays open for longer than "
                            + patience.toMillis() + " ms");
                }
                for (ConsumerRecord<byte[], byte[]> record : committed.poll(Duration.ofMillis(100))) {
                    if (record.key() != null && key.equals(new String(record.key(), UTF_8))) {
                        last = Position.parse(new String(record.value(), UTF_8));
                    }
                }
            }
        }
        return last;
    }

    private Consumer<byte[], byte[]> consumer(String isolation) {
        Map<String, Object> configuration = new HashMap<>(client);
        configuration.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
        configuration.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        configuration.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        configuration.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return new KafkaConsumer<>(configuration);
    }
}
