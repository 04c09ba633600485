package io.magnetar.sink.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.server.KafkaBroker;
import io.magnetar.sink.server.SinkRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sink against a real Kafka broker. */
class KafkaSinkTest {
    private static final KafkaBroker BROKER = create();

    private static KafkaBroker create() {
        try {
            return new KafkaBroker("");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        BROKER.start();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", BROKER.servers()))) {
            for (ScramMechanism mechanism : List.of(ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512)) {
                ScramCredentialInfo credential = new ScramCredentialInfo(mechanism, 4096);
                admin.alterUserScramCredentials(List.of(
                                new UserScramCredentialUpsertion(KafkaBroker.USER, credential, KafkaBroker.PASSWORD)))
                        .all()
                        .get();
            }
        }
    }

    @AfterAll
    static void stop() {
        BROKER.close();
    }

    private static Map<String, Object> configuration(String topic) {
        Map<String, Object> configuration = new HashMap<>();
        configuration.put("bootstrapServers", BROKER.servers());
        configuration.put("topic", topic);
        configuration.put("maxDelay", "20ms");
        configuration.put("deliveryTimeout", "2s");
        configuration.put("onBadRecord", "dead-letter");
        configuration.put("deadLetterTopic", "bad");
        return configuration;
    }

    private static void acknowledged(SinkRun run, int count) {
        await().atMost(Duration.ofSeconds(60)).until(() -> run.acknowledged() == count);
    }

    @Test
    void aMessageIsARecordWithItsKeyTimeAndHeaders() throws Exception {
        String topic = Topics.make(BROKER.servers(), 3);
        Map<String, Object> configuration = configuration(topic);
        configuration.put("headers", Map.of("device", "${clientid}", "none", "${payload.none}"));
        try (SinkRun run = new SinkRun(new KafkaSink(), configuration)) {
            run.write(
                    "c1",
                    "21.5",
                    Map.of("mqtt.topic", "s/1", "mqtt.client-id", "c1", "mqtt.ts", "1700000000123456", "unit", "°C"));
            acknowledged(run, 1);
        }
        assertThat(Topics.read(BROKER.servers(), topic)).singleElement().satisfies(record -> {
            assertThat(record.key()).isEqualTo("c1");
            assertThat(record.value()).isEqualTo("21.5");
            assertThat(record.timestamp()).isEqualTo(1_700_000_000_123L);
            assertThat(record.headers()).hasSize(2);
            assertThat(Topics.header(record, "device")).isEqualTo("c1");
            assertThat(Topics.header(record, "unit")).isEqualTo("°C");
        });
    }

    @Test
    void templatesChooseTopicKeyValueAndPartition() throws Exception {
        String topic = Topics.make(BROKER.servers(), 3);
        Map<String, Object> configuration = configuration("t-${topic[0]}");
        configuration.put("key", "${payload.id}");
        configuration.put("value", "{\"v\":${payload.v}}");
        configuration.put("partition", "${payload.p}");
        configuration.put("propertyHeaders", "all");
        try (SinkRun run = new SinkRun(new KafkaSink(), configuration)) {
            run.write("k", "{\"id\":\"a\",\"v\":1.50,\"p\":2}", Map.of("mqtt.topic", topic.substring(2)));
            run.write("k", "{\"id\":\"a\",\"v\":1.50,\"p\":-1}", Map.of("mqtt.topic", topic.substring(2)));
            run.write("k", "{\"id\":\"a\",\"v\":1.50,\"p\":1}", Map.of("mqtt.topic", "no topic"));
            acknowledged(run, 3);
            assertThat(run.deadLetters())
                    .extracting(letter -> letter.properties().get("magnetar.reason"))
                    .satisfiesExactly(
                            reason -> assertThat(reason).startsWith("partition: "),
                            reason -> assertThat(reason).startsWith("topic: "));
        }
        assertThat(Topics.read(BROKER.servers(), topic)).singleElement().satisfies(record -> {
            assertThat(record.partition()).isEqualTo(2);
            assertThat(record.key()).isEqualTo("a");
            assertThat(record.value()).isEqualTo("{\"v\":1.50}");
            assertThat(Topics.header(record, "mqtt.topic")).isEqualTo(topic.substring(2));
        });
    }

    @Test
    void aMessageWithoutAValueIsATombstoneAndAnEmptyOneWhereItIsSaid() throws Exception {
        String topic = Topics.make(BROKER.servers(), 1);
        Map<String, Object> configuration = configuration(topic);
        try (SinkRun run = new SinkRun(new KafkaSink(), configuration)) {
            run.write("a", null, Map.of());
            run.write("b", "", Map.of());
            acknowledged(run, 2);
        }
        configuration.put("emptyPayload", "tombstone");
        configuration.put("value", "{\"v\":${payload.v}}");
        try (SinkRun run = new SinkRun(new KafkaSink(), configuration)) {
            run.write("c", "", Map.of());
            run.write("d", null, Map.of());
            acknowledged(run, 2);
        }
        assertThat(Topics.read(BROKER.servers(), topic))
                .extracting(ConsumerRecord::key, ConsumerRecord::value)
                .containsExactly(tuple("a", null), tuple("b", ""), tuple("c", null), tuple("d", null));
    }

    @ParameterizedTest
    @EnumSource
    void everyCompressionIsRead(KafkaSettings.Compression compression) throws Exception {
        String topic = Topics.make(BROKER.servers(), 1);
        Map<String, Object> configuration = configuration(topic);
        configuration.put("compression", compression.codec());
        try (SinkRun run = new SinkRun(new KafkaSink(), configuration)) {
            for (int i = 0; i < 100; i++) {
                run.write("k", "value " + i, Map.of());
            }
            acknowledged(run, 100);
        }
        assertThat(Topics.read(BROKER.servers(), topic)).hasSize(100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "scram-sha-256", "scram-sha-512"})
    void usersLogInWithAPassword(String authentication) throws Exception {
        String topic = Topics.make(BROKER.servers(), 1);
        Map<String, Object> configuration = configuration(topic);
        configuration.put("bootstrapServers", BROKER.saslServers());
        configuration.put("authentication", authentication);
        configuration.put("username", KafkaBroker.USER);
        configuration.put("password", KafkaBroker.PASSWORD);
        try (SinkRun run = new SinkRun(new KafkaSink(), configuration)) {
            run.write("k", "v", Map.of());
            acknowledged(run, 1);
        }
        assertThat(Topics.read(BROKER.servers(), topic)).hasSize(1);

        configuration.put("password", "no-such-secret");
        assertThatExceptionOfType(PermanentFailure.class)
                .isThrownBy(() -> new SinkRun(new KafkaSink(), configuration))
                .withMessageStartingWith("Kafka refuses the login: ")
                .withMessageNotContaining("no-such-secret");
    }

    @Test
    void aRecordThatIsTooLargeGoesAsideAndTheOthersKeepTheirOrder() throws Exception {
        String topic = Topics.make(BROKER.servers(), 1);
        Map<String, Object> configuration = configuration(topic);
        configuration.put("maxRequestSize", "10KB");
        try (SinkRun run = new SinkRun(new KafkaSink(), configuration)) {
            run.write("k", "1", Map.of());
            run.write("k", "x".repeat(20_000), Map.of());
            run.write("k", "2", Map.of());
            acknowledged(run, 3);
            assertThat(run.deadLetters()).hasSize(1);
        }
        assertThat(Topics.read(BROKER.servers(), topic))
                .extracting(ConsumerRecord::value)
                .containsExactly("1", "2");
    }

    @Test
    void nothingIsLostAndTheNewestIsLastWhileTheBrokerHangsAndDies() throws Exception {
        String topic = Topics.make(BROKER.servers(), 3);
        try (SinkRun run = new SinkRun(new KafkaSink(), configuration(topic))) {
            for (int i = 0; i < 300; i++) {
                if (i == 100) {
                    BROKER.process().hang();
                } else if (i == 200) {
                    await().atMost(Duration.ofSeconds(60)).until(() -> run.metric("retries") > 0);
                    BROKER.process().goOn();
                    acknowledged(run, 200);
                    BROKER.process().kill();
                }
                run.write("k" + i % 7, Integer.toString(i), Map.of());
            }
            double before = run.metric("retries");
            await().atMost(Duration.ofSeconds(60)).until(() -> run.metric("retries") > before);
            BROKER.start();
            acknowledged(run, 300);
            assertThat(run.fatal()).isNull();
        }
        Map<String, List<Integer>> byKey = Topics.read(BROKER.servers(), topic).stream()
                .collect(Collectors.groupingBy(
                        ConsumerRecord::key,
                        Collectors.mapping(record -> Integer.valueOf(record.value()), Collectors.toList())));
        for (int key = 0; key < 7; key++) {
            // Some may be there twice: by its last place each one is in order.
            List<Integer> newestFirst = new ArrayList<>(byKey.get("k" + key));
            Collections.reverse(newestFirst);
            List<Integer> last = new ArrayList<>(new LinkedHashSet<>(newestFirst));
            Collections.reverse(last);
            int remainder = key;
            assertThat(last)
                    .isEqualTo(IntStream.range(0, 300)
                            .filter(i -> i % 7 == remainder)
                            .boxed()
                            .toList());
        }
    }

    @Test
    void aCertificateIsALoginAndOnlyKnownBrokersAreTrusted() throws Exception {
        String topic = Topics.make(BROKER.servers(), 1);
        Map<String, Object> configuration = configuration(topic);
        configuration.put("bootstrapServers", BROKER.tlsServers());
        configuration.put("authentication", "mtls");
        configuration.put("caFile", BROKER.server().certificate().toString());
        configuration.put("certificateFile", BROKER.client().certificate().toString());
        configuration.put("keyFile", BROKER.client().key().toString());
        try (SinkRun run = new SinkRun(new KafkaSink(), configuration)) {
            run.write("k", "v", Map.of());
            acknowledged(run, 1);
        }
        assertThat(Topics.read(BROKER.servers(), topic)).hasSize(1);

        configuration.put("caFile", BROKER.client().certificate().toString());
        assertThatExceptionOfType(PermanentFailure.class)
                .isThrownBy(() -> new SinkRun(new KafkaSink(), configuration))
                .withMessageContaining("SSL");
    }

    @Test
    void testModeMissesATopicAndProducesNothing() throws Exception {
        Map<String, Object> configuration = configuration("there-is-no-such-topic");
        configuration.put("test", true);
        assertThatExceptionOfType(PermanentFailure.class)
                .isThrownBy(() -> new SinkRun(new KafkaSink(), configuration))
                .withMessageContaining("topic");

        String topic = Topics.make(BROKER.servers(), 1);
        configuration.put("topic", topic);
        new SinkRun(new KafkaSink(), configuration).close();
        assertThat(Topics.read(BROKER.servers(), topic)).isEmpty();
    }
}
