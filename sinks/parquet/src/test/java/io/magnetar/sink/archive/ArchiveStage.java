package io.magnetar.sink.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.sink.distribution.FunctionsStandalone;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.common.policies.data.SinkStatus;
import org.apache.pulsar.common.policies.data.TenantInfo;
import org.awaitility.Awaitility;

/** A Pulsar of the real distribution with a stream of two partitions, and clients of it. Thread: the test's. */
final class ArchiveStage implements AutoCloseable {
    static final Duration ARCHIVED = Duration.ofMinutes(5);
    static final String TOPIC = "persistent://fleet/streams/readings";

    final FunctionsStandalone standalone;
    final PulsarAdmin admin;
    final PulsarClient client;

    ArchiveStage(Path home, FunctionsStandalone.Mode mode) throws Exception {
        Path nar = Path.of(System.getProperty("magnetar.nar"));
        standalone = new FunctionsStandalone(home, nar, mode, Map.of());
        admin = PulsarAdmin.builder().serviceHttpUrl(standalone.adminUrl()).build();
        client = PulsarClient.builder().serviceUrl(standalone.serviceUrl()).build();
        admin.tenants()
                .createTenant(
                        "fleet",
                        TenantInfo.builder()
                                .allowedClusters(Set.of("standalone"))
                                .build());
        admin.namespaces().createNamespace("fleet/streams");
        admin.topics().createPartitionedTopic(TOPIC, 2);
    }

    /** Creates a sink from the example in {@code pulsar-conf/sinks}, as the docs say. */
    void create(String name, Map<String, Object> settings) throws Exception {
        create(name, TOPIC, settings);
    }

    void create(String name, String topic, Map<String, Object> settings) throws Exception {
        String example = Files.readString(
                        Path.of(System.getProperty("magnetar.home"), "pulsar-conf/sinks/parquet-directory.yaml"))
                .replace("tenant: public", "tenant: fleet")
                .replace("namespace: default", "namespace: streams")
                .replace("name: archive", "name: " + name)
                .replace("persistent://public/streams/readings", topic);
        StringBuilder configuration = new StringBuilder(example.substring(0, example.indexOf("configs:")));
        configuration.append("configs:\n");
        settings.forEach((key, value) -> configuration
                .append("  ")
                .append(key)
                .append(": ")
                .append(value)
                .append('\n'));
        Path file = standalone.home().resolve(name + ".yaml");
        Files.writeString(file, configuration);
        Process command = new ProcessBuilder(
                        standalone.home().resolve("bin/pulsar-admin").toString(),
                        "--admin-url",
                        standalone.adminUrl(),
                        "sinks",
                        "create",
                        "--sink-config-file",
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String answer = new String(command.getInputStream().readAllBytes(), UTF_8);
        assertThat(command.waitFor()).as(answer).isZero();
    }

    SinkStatus.SinkInstanceStatus.SinkInstanceStatusData status(String name) throws Exception {
        return admin.sinks()
                .getSinkStatus("fleet", "streams", name)
                .getInstances()
                .get(0)
                .getStatus();
    }

    /** Publishes what the broker writes for MQTT clients; returns the sum of the payloads' hashes. */
    long publish(int from, int count) throws Exception {
        long sum = 0;
        try (Producer<byte[]> producer =
                client.newProducer().topic(TOPIC).blockIfQueueFull(true).create()) {
            for (int i = from; i < from + count; i++) {
                String payload = "{\"n\":" + i + ",\"temp\":" + i % 40 + ".5}";
                sum += hash(payload);
                var unused = producer.newMessage()
                        .key("station-" + i % 50)
                        .property("mqtt.topic", "sensors/" + i % 50 + "/readings")
                        .property("mqtt.ts", Long.toString(1_700_000_000_000_000L + i * 1_000L))
                        .property("mqtt.qos", "1")
                        .value(payload.getBytes(UTF_8))
                        .sendAsync();
            }
            producer.flush();
        }
        return sum;
    }

    void awaitBacklogGone(String name) {
        awaitBacklogGone(TOPIC, name);
    }

    void awaitBacklogGone(String topic, String name) {
        Awaitility.await("all is acknowledged")
                .atMost(ARCHIVED)
                .ignoreExceptions()
                .until(() -> Objects.requireNonNull(admin.topics()
                                        .getPartitionedStats(topic, false)
                                        .getSubscriptions()
                                        .get("fleet/streams/" + name))
                                .getMsgBacklog()
                        == 0);
    }

    /** The first half of a payload's MD5, as DuckDB's {@code md5_number} has it. */
    private static long hash(String payload) throws Exception {
        byte[] digest = MessageDigest.getInstance("MD5").digest(payload.getBytes(UTF_8));
        return Long.parseLong(HexFormat.of().formatHex(digest).substring(0, 8), 16);
    }

    /** Rows, positions, and the sum of the payloads' hashes, by DuckDB. */
    static String account(DuckDb duckDb, Path files) throws Exception {
        return duckDb.value(
                "select count(*), count(distinct position), sum(('0x' || substr(md5(payload), 1, 8))::bigint)"
                        + " from '" + files + "/**/*.parquet'");
    }

    @Override
    public void close() throws Exception {
        client.close();
        admin.close();
        standalone.close();
    }
}
