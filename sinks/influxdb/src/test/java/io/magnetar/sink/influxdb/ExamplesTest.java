package io.magnetar.sink.influxdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.magnetar.sink.server.Certificates;
import io.magnetar.sink.server.SinkRun;
import io.magnetar.sink.setting.SettingsReading;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of {@code pulsar-conf/sinks} are configurations that the sink takes. */
class ExamplesTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"questdb", "influxdb1", "influxdb2", "influxdb3", "timestream", "emqx-tables"})
    void theSinkTakesIt(String name) throws Exception {
        Map<?, ?> example = example(name);
        Map<String, Object> configuration = new HashMap<>();
        map(example.get("configs")).forEach((key, value) -> configuration.put((String) key, value));
        Map<?, ?> secrets = map(example.get("secrets"));

        SettingsReading reading = new SettingsReading(
                InfluxdbSettings.SETTINGS, configuration, secret -> secrets.containsKey(secret) ? "a secret" : null);
        InfluxdbSettings.validate(reading);
        reading.check();

        assertThat(example.get("retainOrdering")).isEqualTo(true);
        assertThat(example.get("archive")).isEqualTo("builtin://magnetar-influxdb");
    }

    /**
     * What a server of each kind is asked: one that has no server here is checked against the stub, first with
     * {@code test} and then with a message. The examples for QuestDB and InfluxDB 1 run against these in FlowSinksIT.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            influxdb3   | GET /ping | Bearer a secret | /api/v3/write_lp?db=weather&precision=nanosecond&accept_partial=true
            influxdb2   | POST /api/v2/write?org=plant&bucket=weather&precision=ns | Token a secret | /api/v2/write?org=plant&bucket=weather&precision=ns
            timestream  | POST /api/v2/write?org=plant&bucket=weather&precision=ns | Token a secret | /api/v2/write?org=plant&bucket=weather&precision=ns
            emqx-tables | POST /v1/influxdb/api/v2/write?db=public&precision=ns | Basic cGxhbnQ6YSBzZWNyZXQ= | /v1/influxdb/api/v2/write?db=public&precision=ns
            """)
    void itsServerIsAskedFirstAndThenWrittenTo(String name, String probe, String authorization, String write)
            throws Exception {
        Certificates certificates = Certificates.make(directory, "server");
        try (StubServer server = StubServer.of(certificates.serverContext())) {
            Map<String, Object> configuration = new HashMap<>();
            map(example(name).get("configs")).forEach((key, value) -> configuration.put((String) key, value));
            map(example(name).get("secrets")).forEach((key, path) -> configuration.put((String) key, "a secret"));
            configuration.put("url", server.url());
            configuration.put("caFile", certificates.certificate().toString());
            configuration.put("test", true);
            new SinkRun(new InfluxdbSink(), configuration).close();
            assertThat(server.requests()).singleElement().satisfies(request -> {
                assertThat(request.method() + " " + request.target()).isEqualTo(probe);
                assertThat(request.headers().getFirst("Authorization")).isEqualTo(authorization);
                assertThat(request.body().lines()).noneMatch(line -> !line.startsWith("#"));
            });

            configuration.put("test", false);
            try (SinkRun run = new SinkRun(new InfluxdbSink(), configuration)) {
                run.write(
                        "k",
                        "{\"temp\":21.5,\"open\":true,\"time\":1700000000000}",
                        Map.of(
                                "mqtt.topic",
                                "readings/a",
                                "mqtt.client-id",
                                "station-1",
                                "mqtt.ts",
                                "1700000000000000"));
                await().atMost(Duration.ofMinutes(1)).until(() -> run.acknowledged() == 1);
            }
            StubServer.Request written = server.requests().get(2);
            assertThat(written.method() + " " + written.target()).isEqualTo("POST " + write);
            assertThat(written.headers().getFirst("Authorization")).isEqualTo(authorization);
            assertThat(written.body())
                    .startsWith("readings,device=station-1")
                    .contains("temp=21.5")
                    .endsWith(" 1700000000000000000\n");
        }
    }

    private static Map<?, ?> example(String name) throws Exception {
        return new ObjectMapper(new YAMLFactory())
                .readValue(Path.of("../../pulsar-conf/sinks", name + ".yaml").toFile(), Map.class);
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }
}
