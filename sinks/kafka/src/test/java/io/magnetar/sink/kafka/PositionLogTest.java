package io.magnetar.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.magnetar.sink.message.Position;
import io.magnetar.sink.server.KafkaBroker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The positions topic on a real broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PositionLogTest {
    private static final String MINE = "persistent://fleet/streams/readings-partition-0";
    private static final String OTHER = "persistent://fleet/streams/readings-partition-1";
    private static final Position FIRST = new Position(1, 2, 3);
    private static final Position SECOND = new Position(1, 3, 0);

    private KafkaBroker broker;

    @BeforeAll
    void start() throws Exception {
        broker = new KafkaBroker("").start();
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    private PositionLog log(String topic) throws Exception {
        PositionLog log = new PositionLog(
                Map.of("bootstrap.servers", broker.servers()), topic, "fleet/streams/flow", Duration.ofSeconds(3));
        log.make();
        return log;
    }

    private Producer<byte[], byte[]> producer(String transactionalId) {
        Map<String, Object> configuration =
                new HashMap<>(Map.of("bootstrap.servers", broker.servers(), "transactional.id", transactionalId));
        Producer<byte[], byte[]> producer =
                new KafkaProducer<>(configuration, new ByteArraySerializer(), new ByteArraySerializer());
        producer.initTransactions();
        return producer;
    }

    private static void commit(Producer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record)
            throws Exception {
        producer.beginTransaction();
        producer.send(record).get();
        producer.commitTransaction();
    }

    @Test
    void theTopicIsCompactedSoonAndItsLastSegmentIsSmall() throws Exception {
        log("settings");
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "settings");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.servers()))) {
            var settings = admin.describeConfigs(List.of(topic))
                    .all()
                    .get()
                    .values()
                    .iterator()
                    .next();
            assertThat(settings.entries())
                    .extracting(ConfigEntry::name, ConfigEntry::value)
                    .contains(
                            tuple("cleanup.policy", "compact"),
                            tuple("min.cleanable.dirty.ratio", "0.01"),
                            tuple("segment.bytes", "16777216"),
                            tuple("segment.ms", "3600000"),
                            tuple("delete.retention.ms", "600000"));
        }
        log("settings");
    }

    @Test
    void theLastCommittedPositionIsFoundBehindManyOthers() throws Exception {
        PositionLog log = log("many");
        assertThat(log.read(MINE)).isNull();
        try (Producer<byte[], byte[]> producer = producer("many")) {
            commit(producer, log.record(MINE, FIRST));
            producer.beginTransaction();
            for (int i = 0; i < 100_000; i++) {
                var unused = producer.send(
                        new ProducerRecord<>("many", 0, ("other " + i).getBytes(UTF_8), "1:1:0".getBytes(UTF_8)));
            }
            producer.commitTransaction();
            commit(producer, log.record(MINE, SECOND));
            producer.beginTransaction();
            producer.send(log.record(MINE, new Position(9, 9, 9))).get();
            producer.abortTransaction();
        }
        assertThat(log.read(MINE)).isEqualTo(SECOND);
    }

    @Test
    void anOpenTransactionOfAnotherPartitionIsWaitedForOnlyWhereItHidesSomething() throws Exception {
        PositionLog log = log("open");
        try (Producer<byte[], byte[]> mine = producer("open mine");
                Producer<byte[], byte[]> other = producer("open other")) {
            commit(mine, log.record(MINE, FIRST));
            other.beginTransaction();
            other.send(log.record(OTHER, SECOND)).get();
            assertThat(log.read(MINE)).isEqualTo(FIRST);

            commit(mine, log.record(MINE, SECOND));
            assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> log.read(MINE))
                    .withMessageContaining("a transaction stays open");
            other.abortTransaction();
            assertThat(log.read(MINE)).isEqualTo(SECOND);
        }
    }
}
