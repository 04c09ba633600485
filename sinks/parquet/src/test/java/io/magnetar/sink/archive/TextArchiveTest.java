package io.magnetar.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.magnetar.sink.message.Position;
import io.magnetar.sink.message.TestRecords;
import io.magnetar.sink.message.TestRecords.TestRecord;
import io.magnetar.sink.start.TestContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.common.functions.FunctionConfig.ProcessingGuarantees;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The archive in JSON lines and CSV, read with DuckDB. */
class TextArchiveTest {
    private static final String ODD = "a \"b\", c;\nd\t\u00fc\ud83d\ude00";

    @TempDir
    private Path archive;

    private ArchiveSink open(Map<String, Object> settings) throws Exception {
        Map<String, Object> all = new HashMap<>(Map.of("destination", "directory", "directory", archive.toString()));
        all.putAll(settings);
        ArchiveSink sink = new ArchiveSink();
        sink.open(
                all,
                new TestContext(SubscriptionType.Failover, ProcessingGuarantees.EFFECTIVELY_ONCE, Map.of()).context());
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
                        "unit",
                        "\"C\""),
                new Position(1200, number / 10, number % 10));
    }

    private List<Path> files() throws Exception {
        try (Stream<Path> all = Files.walk(archive)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** DuckDB takes positions for times of the day when those that it looks at could be such. */
    private String from(String extension) {
        return (extension.startsWith("csv") ? "read_csv('" : "read_json('") + archive + "/**/*." + extension
                + "', sample_size = -1)";
    }

    @ParameterizedTest
    @CsvSource({
        "jsonl,zstd,jsonl.zst",
        "jsonl,gzip,jsonl.gz",
        "jsonl,none,jsonl",
        "csv,zstd,csv.zst",
        "csv,gzip,csv.gz",
        "csv,none,csv"
    })
    void writesMessagesAsTheyAreAndOnce(String format, String codec, String extension) throws Exception {
        Map<String, Object> settings = Map.of("format", format, "codec", codec, "payload", "text", "maxRecords", 20);
        for (int start = 0; start < 2; start++) {
            ArchiveSink sink = open(settings);
            List<TestRecord> records = Stream.iterate(0, i -> i + 1)
                    .limit(25 + start)
                    .map(i -> reading(i, i == 7 ? ODD : "21." + i))
                    .toList();
            for (TestRecord each : records) {
                sink.write(each);
            }
            sink.close();
            assertThat(records.get(24 + start).acknowledged).hasValue(1);
        }

        assertThat(files())
                .hasSize(3)
                .allMatch(file -> file.toString().endsWith("-00000." + extension)
                        || file.toString().endsWith("-00005." + extension));
        try (DuckDb duckDb = new DuckDb()) {
            assertThat(duckDb.value(
                            "select count(*), count(distinct position), strftime(min(ts)::timestamp, '%Y-%m-%d %H:%M:%S %f'),"
                                    + " max(qos), min(topic),"
                                    + " count(*) filter (payload = '" + ODD + "') from " + from(extension)))
                    .isEqualTo("26 | 26 | 2023-11-14 22:13:20 123456 | 1 | sensors/s1/readings | 1");
            assertThat(duckDb.value(
                            "select distinct " + (format.equals("csv") ? "properties::json" : "to_json(properties)")
                                    + "->>'$.unit' from " + from(extension)))
                    .isEqualTo("\"C\"");
            if (codec.equals("none")) {
                assertThat(duckDb.rows("select \"magnetar.positions\" from " + from(extension)
                                + " where \"magnetar.positions\" is not null order by ts"))
                        .containsExactly("20 1200:0:0-1200:1:9", "5 1200:2:0-1200:2:4", "1 1200:2:5");
            } else {
                assertThat(duckDb.rows("describe select * from " + from(extension)))
                        .anyMatch(row -> row.startsWith("payload | VARCHAR"))
                        .noneMatch(row -> row.startsWith("magnetar"));
            }
        }
    }

    @Test
    void writesTheFieldsOfJsonPayloads() throws Exception {
        for (String format : List.of("jsonl", "csv")) {
            ArchiveSink sink = open(Map.of("format", format, "schema", "json", "envelope", "ts", "layout", format));
            sink.write(reading(
                    0, "{\"temp\":21.5,\"tags\":[\"a\",null,\"b,\"],\"place\":{\"lat\":1.5},\"ok\":true,\"any\":1}"));
            sink.write(reading(1, "{\"temp\":7,\"text\":\"\",\"any\":{\"x\":[2]}}"));
            sink.close();
        }

        try (DuckDb duckDb = new DuckDb()) {
            assertThat(duckDb.rows(
                            "select _ts, temp, tags, place.lat, ok, \"any\"->'$', text from read_json('" + archive
                                    + "/**/*.jsonl.zst', columns = {_ts: 'TIMESTAMP', temp: 'DOUBLE', tags: 'VARCHAR[]',"
                                    + " place: 'STRUCT(lat DOUBLE)', ok: 'BOOLEAN', \"any\": 'JSON', text: 'VARCHAR'})"
                                    + " order by _ts"))
                    .containsExactly(
                            "2023-11-14 22:13:20.123456 | 21.5 | [a, null, b,] | 1.5 | true | 1 | null",
                            "2023-11-14 22:13:20.123457 | 7.0 | null | null | null | {\"x\":[2]} | ");
            assertThat(duckDb.rows("select temp, tags, place, ok, \"any\", text is null from read_csv('" + archive
                            + "/**/*.csv.zst', allow_quoted_nulls = false, all_varchar = true) order by _ts"))
                    .containsExactly(
                            "21.5 | [\"a\",null,\"b,\"] | {\"lat\":1.5} | true | 1 | true",
                            "7.0 | null | null | null | {\"x\":[2]} | false");
        }
    }

    @Test
    void knowsFilesOfOtherFormats() throws Exception {
        for (Map<String, Object> form : List.<Map<String, Object>>of(
                Map.of("format", "csv", "codec", "none"),
                Map.of("format", "jsonl", "codec", "gzip"),
                Map.of("format", "parquet"),
                Map.of("format", "jsonl"))) {
            ArchiveSink sink = open(form);
            for (int i = 0; i < 10; i++) {
                sink.write(reading(i, "x"));
            }
            sink.close();
        }

        assertThat(files()).hasSize(1).first().asString().endsWith(".csv");
    }

    @Test
    void failsOnAFileThatIsNotWhole() throws Exception {
        ArchiveSink sink = open(Map.of("format", "jsonl"));
        sink.write(reading(0, "x"));
        sink.close();
        Path file = files().get(0);
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 1));

        ArchiveSink next = open(Map.of("format", "jsonl"));
        assertThat(catchThrowable(() -> next.write(reading(0, "x"))))
                .hasMessageContaining("is not one of this archive or is damaged");
        next.close();
    }

    @Test
    void refusesWhatIsParquetsOwn() {
        assertThat(catchThrowable(() -> open(Map.of("format", "csv", "codec", "snappy", "rowGroupBytes", "1MB"))))
                .hasMessageContaining("codec: snappy is for format: parquet; use zstd, gzip or none with format: csv")
                .hasMessageContaining("rowGroupBytes: it has an effect only with format: parquet");
    }
}
