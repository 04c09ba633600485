package io.magnetar.sink.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.magnetar.sink.server.KafkaBroker;
import io.magnetar.sink.server.SinkRun;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records that a real broker will not take are told from the others, which go on in their order. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class RefusedRecordsTest {
    private KafkaBroker broker;

    @BeforeAll
    void start() throws Exception {
        broker = new KafkaBroker("").start();
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    private Map<String, Object> configuration(String topic, boolean exactlyOnce) {
        Map<String, Object> configuration = new HashMap<>();
        configuration.put("bootstrapServers", broker.servers());
        configuration.put("topic", topic);
        if (exactlyOnce) {
            configuration.put("exactlyOnce", true);
            configuration.put("positionsTopic", "positions-" + UUID.randomUUID());
        }
        configuration.put("maxDelay", "1s"); // so that a batch has them all
        configuration.put("deliveryTimeout", "3s");
        configuration.put("onBadRecord", "dead-letter");
        configuration.put("deadLetterTopic", "bad");
        return configuration;
    }

    private static void acknowledged(SinkRun run, int count) {
        await().atMost(Duration.ofMinutes(1)).until(() -> run.acknowledged() == count);
    }

    private static List<String> reasons(SinkRun run) {
        return run.deadLetters().stream()
                .map(letter -> letter.properties().get("magnetar.reason"))
                .toList();
    }

    /** A compacted topic takes no record without a key; the broker refuses the whole batch for one. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRecordThatFailsItsBatchGoesAside(boolean exactlyOnce) throws Exception {
        String topic = "compacted-" + exactlyOnce;
        Topics.make(broker.servers(), topic, 1, Map.of("cleanup.policy", "compact"));
        try (SinkRun run = new SinkRun(new KafkaSink(), configuration(topic, exactlyOnce))) {
            run.write("k", "1", Map.of());
            run.write("k", "2", Map.of());
            run.write(null, "bad 1", Map.of());
            run.write("k", "3", Map.of());
            run.write(null, "bad 2", Map.of());
            run.write(null, "bad 3", Map.of());
            run.write("k", "4", Map.of());
            acknowledged(run, 7);
            assertThat(run.deadLetters())
                    .extracting(SinkRun.DeadLetter::payload)
                    .containsExactly("bad 1", "bad 2", "bad 3");
            assertThat(reasons(run)).allSatisfy(reason -> assertThat(reason).contains("key"));
        }
        assertThat(Topics.newest(Topics.read(broker.servers(), topic))).containsExactly("1", "2", "3", "4");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPartitionThatIsNotThereMakesABadRecord(boolean exactlyOnce) throws Exception {
        String topic = Topics.make(broker.servers(), 3);
        Map<String, Object> configuration = configuration(topic, exactlyOnce);
        configuration.put("partition", "${payload.p}");
        try (SinkRun run = new SinkRun(new KafkaSink(), configuration)) {
            run.write("k", "{\"p\":0}", Map.of());
            run.write("k", "{\"p\":3}", Map.of());
            run.write("k", "{\"p\":2}", Map.of());
            acknowledged(run, 3);
            assertThat(reasons(run))
                    .containsExactly("partition: the Kafka topic " + topic
                            + " has 3, counted from 0, and none with the number 3");
            assertThat(run.metric("retries")).isZero();
        }
        assertThat(Topics.read(broker.servers(), topic))
                .extracting(ConsumerRecord::partition)
                .containsExactlyInAnyOrder(0, 2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTopicThatAMessageNamesAndKafkaLacksOrForbidsMakesABadRecord(boolean exactlyOnce) throws Exception {
        String topic = Topics.make(broker.servers(), 1);
        String forbidden = Topics.make(broker.servers(), 1);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.servers()))) {
            admin.createAcls(List.of(new AclBinding(
                            new ResourcePattern(ResourceType.TOPIC, forbidden, PatternType.LITERAL),
                            new AccessControlEntry("User:ANONYMOUS", "*", AclOperation.WRITE, AclPermissionType.DENY))))
                    .all()
                    .get();
        }
        String missing = "missing-" + exactlyOnce;
        try (SinkRun run = new SinkRun(new KafkaSink(), configuration("${payload.t}", exactlyOnce))) {
            for (String name : List.of(topic, missing, topic, forbidden, missing, topic)) {
                run.write("k", "{\"t\":\"" + name + "\"}", Map.of());
            }
            acknowledged(run, 6);
            assertThat(reasons(run))
                    .containsExactlyInAnyOrder(
                            "topic: Kafka has none with the name " + missing,
                            "topic: Kafka has none with the name " + missing,
                            "topic: Kafka lets this user not write to " + forbidden);
            assertThat(run.fatal()).isNull();
        }
        assertThat(Topics.read(broker.servers(), topic)).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void theTopicOfTheConfigurationIsWaitedFor() throws Exception {
        String topic = "late-" + UUID.randomUUID();
        try (SinkRun run = new SinkRun(new KafkaSink(), configuration(topic, false))) {
            run.write("k", "1", Map.of());
            await().atMost(Duration.ofMinutes(1)).until(() -> run.metric("retries") > 0);
            Topics.make(broker.servers(), topic, 1, Map.of());
            acknowledged(run, 1);
            assertThat(run.deadLetters()).isEmpty();
        }
        assertThat(Topics.read(broker.servers(), topic)).hasSize(1);
    }
}
