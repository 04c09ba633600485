package io.magnetar.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.sink.message.Position;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
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
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A compacted Kafka topic of one partition that says, for each Pulsar partition that a sink reads, up to which position its
 * messages are in Kafka. A position is written in the transaction that brings the messages.
 *
 * <p>Thread: one at a time; it blocks as long as the log can be read on within the patience.
 */
final class PositionLog {
    private static final Logger LOG = LoggerFactory.getLogger(PositionLog.class);
    private static final CloseOptions AT_ONCE = CloseOptions.timeout(Duration.ZERO);
    private static final int FETCH_WAIT_MS = 100;
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration STUCK = Duration.ofMillis(500);

    private static final Map<String, String> COMPACTED =
            Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
    /** The marks of transactions, one for each, are kept for as long as those of deletions: a day by Kafka's preset. */
    private static final Map<String, String> SOON = Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_COMPACT,
            TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
            "0.01",
            TopicConfig.SEGMENT_BYTES_CONFIG,
            Integer.toString(16 << 20),
            TopicConfig.SEGMENT_MS_CONFIG,
            Long.toString(Duration.ofHours(1).toMillis()),
            TopicConfig.DELETE_RETENTION_MS_CONFIG,
            Long.toString(Duration.ofMinutes(10).toMillis()));

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

    /**
     * Makes the topic where it is missing; who may not make topics may use one that is there. It is compacted soon, and what
     * Kafka never compacts, its last segment, is small: so a start reads a few segments, whatever has been written.
     */
    void make() throws InterruptedException {
        Admin admin = Admin.create(client);
        try {
            if (!exists(admin)) {
                try {
                    create(admin, SOON);
                } catch (InvalidConfigurationException | PolicyViolationException e) {
                    LOG.warn(
                            "Kafka lets the settings of {} not be chosen, so that it is compacted late and a start may"
                                    + " take long: {}",
                            partition.topic(),
                            e.getMessage());
                    create(admin, COMPACTED);
                }
            }
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    private void create(Admin admin, Map<String, String> settings) throws InterruptedException {
        try {
            NewTopic topic = new NewTopic(partition.topic(), Optional.of(1), Optional.empty()).configs(settings);
            admin.createTopics(List.of(topic)).all().get();
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
     * <p>What is committed shows itself only up to the first transaction that is open, of whatever partition; where none of
     * our positions lies behind that, there is nothing to wait for.
     */
    @Nullable
    Position read(String pulsarTopic) {
        String key = new String(key(pulsarTopic), UTF_8);
        Consumer<byte[], byte[]> all = consumer("read_uncommitted");
        Consumer<byte[], byte[]> committed = consumer("read_committed");
        try {
            all.assign(List.of(partition));
            committed.assign(List.of(partition));
            committed.seekToBeginning(List.of(partition));
            long end = all.endOffsets(List.of(partition), patience).getOrDefault(partition, 0L);
            return last(committed, all, key, end);
        } finally {
            all.close(AT_ONCE);
            committed.close(AT_ONCE);
        }
    }

    private @Nullable Position last(
            Consumer<byte[], byte[]> committed, Consumer<byte[], byte[]> all, String key, long end) {
        AtomicReference<@Nullable Position> last = new AtomicReference<>();
        boolean looked = false;
        while (readTo(committed, end, looked ? patience : STUCK, key, record -> last.set(Position.parse(record)))
                < end) {
            long at = committed.position(partition, patience);
            if (looked) {
                throw new TimeoutException(partition.topic() + " cannot be read on at " + at + " of " + end
                        + ": Kafka does not answer, or a transaction stays open");
            }
            looked = true;
            AtomicBoolean hidden = new AtomicBoolean();
            all.seek(partition, at);
            if (readTo(all, end, patience, key, record -> hidden.set(true)) >= end && !hidden.get()) {
                break;
            }
        }
        return last.get();
    }

    /**
     * Reads up to an end, or until nothing has come for a time; what was read lies before the offset that it returns.
     *
     * @param found takes the values of the records with the key
     */
    private long readTo(
            Consumer<byte[], byte[]> log,
            long end,
            Duration stall,
            String key,
            java.util.function.Consumer<String> found) {
        long at = log.position(partition, patience);
        long moved = System.nanoTime();
        while (at < end && System.nanoTime() - moved < stall.toNanos()) {
            for (ConsumerRecord<byte[], byte[]> record : log.poll(POLL)) {
                if (record.key() != null && key.equals(new String(record.key(), UTF_8))) {
                    found.accept(new String(record.value(), UTF_8));
                }
            }
            long now = log.position(partition, patience);
            if (now > at) {
                at = now;
                moved = System.nanoTime();
            }
        }
        return at;
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
