package io.magnetar.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.message.Position;
import io.magnetar.sink.message.TestRecords;
import io.magnetar.sink.message.TestRecords.TestRecord;
import io.magnetar.sink.start.TestContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.common.functions.FunctionConfig.ProcessingGuarantees;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchiveSinkTest {
    @TempDir
    private Path archive;

    private final TestContext context =
            new TestContext(SubscriptionType.Failover, ProcessingGuarantees.EFFECTIVELY_ONCE, Map.of());

    private ArchiveSink open(Map<String, Object> settings) throws Exception {
        Map<String, Object> all = new HashMap<>(Map.of("destination", "directory", "directory", archive.toString()));
        all.putAll(settings);
        ArchiveSink sink = new ArchiveSink();
        sink.open(all, context.context());
        return sink;
    }

    private static TestRecord reading(int number, String payload) {
        return TestRecords.record(
                "s1",
                payload,
                Map.of(
                        "mqtt.topic",
                        "sensors/s1/readings",
                        "mqtt.ts",
                        Long.toString(1_700_000_000_123_456L + number),
                        "mqtt.qos",
                        "1",
                        "mqtt.client-id",
                        "station-1",
                        "unit",
                        "C"),
                new Position(12, number / 10, number % 10));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(archive)) {
            return all.filter(file -> file.toString().endsWith(".parquet"))
                    .sorted()
                    .toList();
        }
    }

    private String all() {
        return "'" + archive + "/**/*.parquet'";
    }

    @Test
    void writesMessagesAsTheyAreWhereHiveLooksForThem() throws Exception {
        for (String codec : List.of("zstd", "snappy", "gzip", "none")) {
            ArchiveSink sink = open(Map.of(
                    "codec", codec, "layout", "codec=" + codec + "/${tenant}/${stream}/date=${date}/hour=${hour}"));
            for (int i = 0; i < 25; i++) {
                sink.write(reading(i, "21." + i));
            }
            sink.close();
        }

        assertThat(files()).hasSize(4);
        assertThat(archive.relativize(files().get(3)).toString())
                .startsWith("codec=zstd/fleet/readings/date=2023-11-14/hour=22/readings-3-")
                .endsWith("-0000000000000000012-000000000000-00000.parquet");
        try (DuckDb duckDb = new DuckDb()) {
            assertThat(duckDb.rows("select codec, count(*), min(ts), max(qos), any_value(topic), any_value(client_id),"
                            + " any_value(properties['unit']), min(decode(payload)), max(position), count(username) from "
                            + all() + " group by codec order by codec"))
                    .hasSize(4)
                    .allSatisfy(row -> assertThat(row)
                            .contains("| 25 | 2023-11-14T22:13:20.123456Z | 1 | sensors/s1/readings | station-1 | C |"
                                    + " 21.0 | 12:2:4 | 0"));
            assertThat(duckDb.rows("describe select * from " + all()))
                    .anyMatch(row -> row.startsWith("ts | TIMESTAMP WITH TIME ZONE"))
                    .anyMatch(row -> row.startsWith("payload | BLOB"))
                    .anyMatch(row -> row.startsWith("properties | MAP(VARCHAR, VARCHAR)"));
        }
    }

    @Test
    void acknowledgesWhenTheFileIsThere() throws Exception {
        ArchiveSink sink = open(Map.of("maxRecords", 10));
        List<TestRecord> records = Stream.iterate(0, i -> i + 1)
                .limit(19)
                .map(i -> reading(i, "x"))
                .toList();
        for (TestRecord each : records) {
            sink.write(each);
        }

        assertThat(files()).hasSize(1);
        assertThat(records.get(9).acknowledged).hasValue(1);
        assertThat(records.stream().mapToInt(each -> each.acknowledged.get()).sum())
                .isEqualTo(1);
        sink.close();
        assertThat(records.get(18).acknowledged).hasValue(1);
        assertThat(context.metrics).containsEntry("delivered", 19.0);
    }

    @Test
    void finishesAFileWhenItsTimeHasCome() throws Exception {
        ArchiveSink sink = open(Map.of("interval", "1s"));
        TestRecord only = reading(0, "x");
        sink.write(only);

        Awaitility.await().until(() -> only.acknowledged.get() == 1);
        assertThat(files()).hasSize(1);
        sink.close();
    }

    @Test
    void makesColumnsOfJsonAndWidensThemFromFileToFile() throws Exception {
        ArchiveSink sink = open(Map.of("schema", "json"));
        sink.write(reading(0, "{\"temp\":21,\"tags\":[\"a\",\"b\"],\"none\":null,\"place\":{\"lat\":1.5}}"));
        sink.write(reading(1, "{\"temp\":21.5,\"ok\":true,\"tags\":[],\"place\":{}}"));
        for (int i = 2; i < 1_000; i++) {
            sink.write(reading(i, "{\"temp\":" + i + "}"));
        }
        sink.write(reading(1_000, "{\"temp\":\"broken\",\"place\":{\"lon\":7}}"));
        sink.close();

        assertThat(files()).hasSize(2);
        try (DuckDb duckDb = new DuckDb()) {
            assertThat(duckDb
                            .rows("describe select * from read_parquet('" + files().get(0)
                                    + "', hive_partitioning=false)")
                            .stream()
                            .map(row -> row.replaceAll(" \\| YES.*", "")))
                    .containsExactly(
                            "_topic | VARCHAR",
                            "_key | VARCHAR",
                            "_ts | TIMESTAMP WITH TIME ZONE",
                            "_client_id | VARCHAR",
                            "temp | DOUBLE",
                            "tags | VARCHAR[]",
                            "place | STRUCT(lat DOUBLE)",
                            "ok | BOOLEAN");
            assertThat(duckDb.rows(
                            "select temp, tags, place.lat, ok from '" + files().get(0) + "' order by _ts limit 3"))
                    .containsExactly(
                            "21.0 | [a, b] | 1.5 | null", "21.5 | [] | null | true", "2.0 | null | null | null");
            assertThat(duckDb.rows("select temp->>'$', place.lon from '" + files().get(1) + "'"))
                    .containsExactly("broken | 7");
        }
    }

    @Test
    void failsOrSkipsWhatIsNoRow() throws Exception {
        ArchiveSink failing = open(Map.of("schema", "json"));
        assertThat(catchThrowable(() -> failing.write(reading(0, "21.5"))))
                .hasMessageContaining("bad record at 12:0:0 of " + TestRecords.TOPIC)
                .hasMessageContaining("the payload is JSON, but no object with fields");
        failing.close();

        ArchiveSink skipping = open(Map.of("schema", "json", "onBadRecord", "skip"));
        TestRecord last = reading(2, "{");
        skipping.write(reading(0, "{\"_ts\":1}"));
        skipping.write(reading(1, "{\"n\":1}"));
        skipping.write(last);
        skipping.close();
        assertThat(last.acknowledged).hasValue(1);
        assertThat(context.metrics).containsEntry("skipped", 2.0).containsEntry("delivered", 1.0);
    }

    @Test
    void tellsAllThatIsWrongWithItsConfiguration() {
        TestContext shared = new TestContext(SubscriptionType.Shared, ProcessingGuarantees.ATLEAST_ONCE, Map.of());

        assertThat(catchThrowable(() -> new ArchiveSink()
                        .open(
                                Map.of(
                                        "destination",
                                        "directory",
                                        "intervall",
                                        "1h",
                                        "layout",
                                        "${tenat}",
                                        "envelope",
                                        List.of("topic", "color"),
                                        "deadLetterTopic",
                                        "x"),
                                shared.context())))
                .hasMessageContaining("intervall: there is no such key; interval may be meant")
                .hasMessageContaining("layout: ${tenat} is unknown")
                .hasMessageContaining("envelope: it must be one of topic, key, ts")
                .hasMessageContaining("directory: it is required with destination: directory")
                .hasMessageContaining("deadLetterTopic: it has an effect only with onBadRecord: dead-letter")
                .hasMessageContaining("subscription of type Shared")
                .hasMessageContaining("processing guarantee ATLEAST_ONCE");
    }

    @ParameterizedTest
    @CsvSource({
        "/a/${stream}/, a/${stream}",
        "a//${topic:-b//c}, a/${topic:-b//c}",
        "../${tenant}/./x, ${tenant}/x",
        "/, ${tenant}/${stream}"
    })
    void refusesALayoutThatIsNoPathOfNames(String layout, String right) {
        assertThat(catchThrowable(() -> open(Map.of("layout", layout))))
                .hasMessageContaining("layout: it must be names with one slash between them")
                .hasMessageEndingWith("write " + right);
    }

    @Test
    void tellsAtTheStartThatTheDirectoryCannotHaveTheFiles() throws Exception {
        Path otherFileSystem = Files.createTempDirectory(Path.of("/dev/shm"), "magnetar");
        Path split = Files.createDirectory(archive.resolve("split"));
        Files.createSymbolicLink(split.resolve(".uploads"), otherFileSystem);
        assertThat(catchThrowable(() -> open(Map.of("directory", split.toString()))))
                .isInstanceOf(PermanentFailure.class)
                .hasMessageContaining("no hard link can be made from " + split)
                .hasMessageContaining("a directory on one file system with hard links");
        try (Stream<Path> left = Files.list(otherFileSystem)) {
            assertThat(left).isEmpty();
        }
        Files.delete(otherFileSystem);

        Path file = Files.writeString(archive.resolve("file"), "x");
        assertThat(catchThrowable(() -> open(Map.of("directory", file + "/below"))))
                .isInstanceOf(PermanentFailure.class)
                .hasMessageContaining("the directory " + file + "/below cannot be used");
    }

    @Test
    void keepsValuesOfPublishersInsideTheArchive() throws Exception {
        ArchiveSink sink = open(Map.of("layout", "t=${topic}/c=${property.c:-none}"));
        sink.write(TestRecords.record(
                "k", "x", Map.of("mqtt.topic", "../../etc/\u00fc", "c", ".."), new Position(1, 0, 0)));
        sink.write(TestRecords.record("k", "x", Map.of("mqtt.topic", "a".repeat(300), "c", ""), new Position(1, 1, 0)));
        sink.close();

        assertThat(files().stream()
                        .map(file -> archive.relativize(file.getParent()).toString()))
                .contains("t=%2E.%2F..%2Fetc%2F%C3%BC/c=%2E.")
                .hasSize(2);
    }

    @Test
    void takesNoRecordWhenItOnlyTests() throws Exception {
        ArchiveSink sink = open(Map.of("test", true));
        TestRecord record = reading(0, "x");
        Thread writer = new Thread(() -> {
            var stopped = catchThrowable(() -> sink.write(record));
            assertThat(stopped).isInstanceOf(InterruptedException.class);
        });
        writer.start();
        Awaitility.await().until(() -> writer.getState() == Thread.State.WAITING);
        sink.close();
        writer.join();

        assertThat(record.acknowledged).hasValue(0);
        try (Stream<Path> left = Files.walk(archive)) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
    }
}
