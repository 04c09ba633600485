package io.magnetar.sink.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.sink.distribution.FunctionsStandalone;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive as the real distribution runs it, packed as its NAR. */
class ArchiveIT {
    private static final Duration ARCHIVED = Duration.ofMinutes(5);
    private static final String TOPIC = "persistent://fleet/streams/readings";

    @TempDir
    private Path directory;

    /** A Pulsar with a stream of two partitions, and clients of it. */
    private static final class Stage implements AutoCloseable {
        final FunctionsStandalone standalone;
        final PulsarAdmin admin;
        final PulsarClient client;

        Stage(Path home, FunctionsStandalone.Mode mode) throws Exception {
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
            String example = Files.readString(
                            Path.of(System.getProperty("magnetar.home"), "pulsar-conf/sinks/parquet-directory.yaml"))
                    .replace("tenant: public", "tenant: fleet")
                    .replace("namespace: default", "namespace: streams")
                    .replace("name: archive", "name: " + name)
                    .replace("persistent://public/streams/readings", TOPIC);
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
            Awaitility.await("all is acknowledged")
                    .atMost(ARCHIVED)
                    .ignoreExceptions()
                    .until(() -> backlog("fleet/streams/" + name) == 0);
        }

        private long backlog(String subscription) throws Exception {
            return Objects.requireNonNull(admin.topics()
                            .getPartitionedStats(TOPIC, false)
                            .getSubscriptions()
                            .get(subscription))
                    .getMsgBacklog();
        }

        @Override
        public void close() throws Exception {
            client.close();
            admin.close();
            standalone.close();
        }
    }

    /** The first half of a payload's MD5, as DuckDB's {@code md5_number} has it. */
    private static long hash(String payload) throws Exception {
        byte[] digest = MessageDigest.getInstance("MD5").digest(payload.getBytes(UTF_8));
        return Long.parseLong(HexFormat.of().formatHex(digest).substring(0, 8), 16);
    }

    private static String account(DuckDb duckDb, Path archive, String payload) throws Exception {
        return duckDb.value("select count(*), count(distinct position), sum(('0x' || substr(md5(" + payload
                + "), 1, 8))::bigint) from '" + archive + "/**/*.parquet'");
    }

    @Test
    void archivesAStreamInTheBrokersProcessAndTellsWhatIsWrong() throws Exception {
        Path archive = directory.resolve("archive");
        try (Stage stage = new Stage(directory.resolve("home"), FunctionsStandalone.Mode.THREAD);
                DuckDb duckDb = new DuckDb()) {
            stage.create("wrong", Map.of("destination", "directory", "intervall", "1h"));
            Awaitility.await()
                    .atMost(ARCHIVED)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(stage.status("wrong").getError())
                            .contains("intervall: there is no such key; interval may be meant")
                            .contains("directory: it is required with destination: directory"));

            long sum = stage.publish(0, 5_000);
            stage.create(
                    "archive",
                    Map.of(
                            "destination",
                            "directory",
                            "directory",
                            archive.toString(),
                            "interval",
                            "2s",
                            "payload",
                            "text"));
            stage.awaitBacklogGone("archive");

            assertThat(account(duckDb, archive, "payload")).isEqualTo("5000 | 5000 | " + sum);
            assertThat(duckDb.value("select count(distinct key), min(topic), max(ts) from '" + archive
                            + "/fleet/readings/date=2023-11-14/hour=22/*.parquet'"))
                    .isEqualTo("50 | sensors/0/readings | 2023-11-14T22:13:24.999Z");
        }
    }

    @Test
    void neitherLosesNorDoublesAMessageWhenItsProcessIsKilled() throws Exception {
        int count = Integer.getInteger("magnetar.chaos.messages", 100_000);
        int kills = Integer.getInteger("magnetar.chaos.kills", 3);
        Path archive = directory.resolve("archive");
        Map<String, Object> settings = new HashMap<>(Map.of(
                "destination", "directory", "directory", archive.toString(), "interval", "1s", "payload", "text"));
        settings.put("maxRecords", 7_000);
        try (Stage stage = new Stage(directory.resolve("home"), FunctionsStandalone.Mode.PROCESS);
                DuckDb duckDb = new DuckDb()) {
            stage.create("archive", settings);
            long sum = 0;
            int part = count / (kills + 1);
            for (int kill = 0; kill <= kills; kill++) {
                sum += stage.publish(kill * part, kill == kills ? count - kill * part : part);
                if (kill < kills) {
                    int before = files(archive);
                    Awaitility.await("files come").atMost(ARCHIVED).until(() -> files(archive) > before);
                    stage.standalone.instances().forEach(ProcessHandle::destroyForcibly);
                }
            }
            stage.awaitBacklogGone("archive");

            assertThat(account(duckDb, archive, "payload")).isEqualTo(count + " | " + count + " | " + sum);
        }
    }

    private static int files(Path archive) throws Exception {
        if (!Files.exists(archive)) {
            return 0;
        }
        try (var files = Files.walk(archive)) {
            return (int)
                    files.filter(file -> file.toString().endsWith(".parquet")).count();
        }
    }
}
