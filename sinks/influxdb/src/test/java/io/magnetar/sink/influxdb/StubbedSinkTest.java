package io.magnetar.sink.influxdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.server.Certificates;
import io.magnetar.sink.server.SinkRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sink against what only InfluxDB 3 answers, and with TLS. */
class StubbedSinkTest {
    private static Map<String, Object> configuration(StubServer server) {
        Map<String, Object> configuration = new HashMap<>();
        configuration.put("preset", "influxdb3");
        configuration.put("url", server.url());
        configuration.put("database", "d");
        configuration.put("token", "t0ken");
        configuration.put("measurement", "m");
        configuration.put("fields", Map.of("f", "${payload.v}"));
        configuration.put("maxDelay", "1m");
        configuration.put("maxPoints", 3);
        configuration.put("onBadRecord", "dead-letter");
        configuration.put("deadLetterTopic", "bad");
        return configuration;
    }

    @Test
    void aPartialWriteCostsTheBadMessageOnlyAndABusyServerNone() throws Exception {
        try (StubServer server = new StubServer()) {
            server.then(200, "")
                    .then(429, Map.of("Retry-After", "1"), "")
                    .then(503, "")
                    .then(
                            400,
                            "{\"error\":\"partial write of line protocol occurred\",\"data\":[{\"line_number\":2,"
                                    + "\"error_message\":\"column type\"}]}");
            try (SinkRun run = new SinkRun(new InfluxdbSink(), configuration(server))) {
                for (int i = 1; i <= 3; i++) {
                    run.write("k", "{\"v\":" + i + "}", Map.of("mqtt.ts", "1"));
                }
                await().atMost(Duration.ofMinutes(1)).until(() -> run.acknowledged() == 3);
                assertThat(run.deadLetters()).singleElement().satisfies(letter -> {
                    assertThat(letter.payload()).isEqualTo("{\"v\":2}");
                    assertThat(letter.properties()).containsEntry("magnetar.reason", "column type");
                });
                assertThat(run.metric("delivered")).isEqualTo(2);
            }
            assertThat(server.requests())
                    .extracting(StubServer.Request::target)
                    .containsExactly(
                            "/ping",
                            "/api/v3/write_lp?db=d&precision=nanosecond&accept_partial=true",
                            "/api/v3/write_lp?db=d&precision=nanosecond&accept_partial=true",
                            "/api/v3/write_lp?db=d&precision=nanosecond&accept_partial=true");
            assertThat(server.requests().get(3).body()).isEqualTo("m f=1.0 1000\nm f=2.0 1000\nm f=3.0 1000\n");
            assertThat(server.requests().get(3).headers().getFirst("Authorization"))
                    .isEqualTo("Bearer t0ken");
        }
    }

    @Test
    void onlyKnownAuthoritiesAreTrusted(@TempDir Path directory) throws Exception {
        Certificates certificates = Certificates.make(directory, "server");
        try (StubServer server = StubServer.of(certificates.serverContext())) {
            Map<String, Object> configuration = configuration(server);
            configuration.put("caFile", certificates.certificate().toString());
            configuration.put("test", true);
            new SinkRun(new InfluxdbSink(), configuration).close();
            assertThat(server.requests()).hasSize(1);

            configuration.remove("caFile");
            assertThatExceptionOfType(PermanentFailure.class)
                    .isThrownBy(() -> new SinkRun(new InfluxdbSink(), configuration))
                    .withMessageContaining("look at caFile");
        }
    }
}
