package io.magnetar.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.magnetar.sink.distribution.FunctionsStandalone;
import io.magnetar.sink.server.KafkaBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.apache.pulsar.common.io.SinkConfig;
import org.apache.pulsar.common.policies.data.SinkStatus;
import org.apache.pulsar.common.policies.data.TenantInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The sink packed as its NAR in the real distribution: below the broker's own jars, and in a process of its own. */
class KafkaSinkIT {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final Duration AWAY = Duration.ofMinutes(1);
    private static final String STREAM = "persistent://fleet/streams/readings";
    private static final int KEYS = 10;

    @TempDir
    private Path home;

    /** A Pulsar with a stream of two partitions, and clients of it. */
    private static final class Stage implements AutoCloseable {
        final FunctionsStandalone standalone;
        final PulsarAdmin admin;
        final PulsarClient client;
        final Producer<byte[]> producer;
        int published;

        Stage(Path home, FunctionsStandalone.Mode mode) throws Exception {
            standalone = new FunctionsStandalone(home, Path.of(System.getProperty("magnetar.nar")), mode, Map.of());
            admin = PulsarAdmin.builder().serviceHttpUrl(standalone.adminUrl()).build();
            client = PulsarClient.builder().serviceUrl(standalone.serviceUrl()).build();
            TenantInfo tenant =
                    TenantInfo.builder().allowedClusters(Set.of("standalone")).build();
            admin.tenants().createTenant("fleet", tenant);
            admin.namespaces().createNamespace("fleet/streams");
            admin.topics().createPartitionedTopic(STREAM, 2);
            producer = client.newProducer().topic(STREAM).create();
        }

        void create(String name, Map<String, Object> settings) throws Exception {
            SinkConfig sink = SinkConfig.builder()
                    .tenant("fleet")
                    .namespace("streams")
                    .name(name)
                    .archive("builtin://magnetar-kafka")
                    .inputs(List.of(STREAM))
                    .sourceSubscriptionPosition(SubscriptionInitialPosition.Earliest)
                    .retainOrdering(true)
                    .configs(settings)
                    .build();
            admin.sinks().createSink(sink, sink.getArchive());
        }

        SinkStatus.SinkInstanceStatus.SinkInstanceStatusData status(String name) throws Exception {
            return admin.sinks()
                    .getSinkStatus("fleet", "streams", name)
                    .getInstances()
                    .get(0)
                    .getStatus();
        }

        void publish(int count) throws Exception {
            for (int i = 0; i < count; i++) {
                producer.newMessage()
                        .key("k" + published % KEYS)
                        .value(Integer.toString(published).getBytes(UTF_8))
                        .send();
                published++;
            }
        }

        @Override
        public void close() throws Exception {
            admin.close();
            client.close();
            standalone.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStreamIsInKafkaOnceThoughItIsAwayForAMinute(FunctionsStandalone.Mode mode) throws Exception {
        try (KafkaBroker kafka = new KafkaBroker("").start();
                Stage stage = new Stage(home.resolve("pulsar"), mode)) {
            String topic = Topics.make(kafka.servers(), 3);
            Map<String, Object> settings =
                    new HashMap<>(Map.of("bootstrapServers", kafka.servers(), "topic", topic, "exactlyOnce", true));
            settings.put("deliveryTimeout", "10s");
            stage.publish(200);
            stage.create("flow", settings);
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> Topics.read(kafka.servers(), topic).size() == 200);

            kafka.process().kill();
            long back = System.nanoTime() + AWAY.toNanos();
            await().atMost(AWAY.multipliedBy(2))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> {
                        stage.publish(5);
                        return System.nanoTime() > back;
                    });
            assertThat(stage.status("flow").isRunning()).isTrue();
            kafka.start();
            stage.publish(100);
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> Topics.read(kafka.servers(), topic).size() >= stage.published);

            assertThat(stage.status("flow").getNumRestarts()).isZero();
            Map<String, List<Integer>> byKey = Topics.read(kafka.servers(), topic).stream()
                    .collect(Collectors.groupingBy(
                            ConsumerRecord::key,
                            Collectors.mapping(record -> Integer.valueOf(record.value()), Collectors.toList())));
            for (int key = 0; key < KEYS; key++) {
                int remainder = key;
                assertThat(byKey.get("k" + key))
                        .isEqualTo(IntStream.range(0, stage.published)
                                .filter(i -> i % KEYS == remainder)
                                .boxed()
                                .toList());
            }

            settings.putAll(Map.of(
                    "bootstrapServers", kafka.saslServers(), "authentication", "plain", "username", KafkaBroker.USER));
            settings.put("password", "wr0ng");
            stage.create("wrong", settings);
            await().atMost(PATIENCE).untilAsserted(() -> {
                var status = stage.status("wrong");
                assertThat(status.getError() + " " + status.getLatestSinkExceptions())
                        .contains("Kafka refuses the login: ");
            });
        }
    }
}
