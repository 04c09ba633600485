package io.magnetar.sink.influxdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.magnetar.sink.server.Influx1;
import io.magnetar.sink.server.SinkRun;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The sink against a real InfluxDB, of version 1. */
class Influx1Test {
    @BeforeAll
    static void requireInfluxDb() {
        if ("true".equals(System.getenv("CI"))) {
            assertThat(Influx1.isInstalled()).as("influxd is installed").isTrue();
        }
        assumeTrue(Influx1.isInstalled(), "influxd is not installed: what it would show is left out");
    }

    @Test
    void pointsAreThereToTheLastCharacterAndBadOnesAreToldApart() throws Exception {
        try (Influx1 server = new Influx1().start()) {
            Map<String, Object> configuration = new HashMap<>();
            configuration.put("preset", "influxdb1");
            configuration.put("url", server.url());
            configuration.put("database", Influx1.DATABASE);
            configuration.put("username", Influx1.USER);
            configuration.put("password", Influx1.PASSWORD);
            configuration.put("measurement", "${topic[0]}");
            configuration.put("tags", Map.of("t", "${topic[1]}"));
            configuration.put("fields", Map.of("f", "${payload.v}"));
            configuration.put("maxDelay", "50ms");
            configuration.put("onBadRecord", "dead-letter");
            configuration.put("deadLetterTopic", "bad");
            try (SinkRun run = new SinkRun(new InfluxdbSink(), configuration)) {
                Map<String, String> odd = Map.of("mqtt.topic", "m, =\\x/a\\,b= c\"", "mqtt.ts", "1");
                run.write("k", "{\"v\":\"q\\\"\\\\z\\nnext\"}", odd);
                await().atMost(Duration.ofSeconds(60)).until(() -> run.acknowledged() == 1);
                // A number where the field is a string already.
                for (String value : List.of("\"two\"", "3", "\"four\"")) {
                    run.write(
                            "k",
                            "{\"v\":" + value + "}",
                            Map.of("mqtt.topic", "m, =\\x/u", "mqtt.ts", "2" + value.length()));
                }
                await().atMost(Duration.ofSeconds(60)).until(() -> run.acknowledged() == 4);
                assertThat(run.deadLetters())
                        .extracting(SinkRun.DeadLetter::payload)
                        .containsExactly("{\"v\":3}");
            }
            assertThat(server.query("select * from /.*/"))
                    .contains("\"name\":\"m, =\\\\x\"")
                    .contains("[1000,\"q\\\"\\\\z\\nnext\",\"a\\\\,b= c\\\"\"]")
                    .contains("[25000,\"two\",\"u\"]")
                    .contains("[26000,\"four\",\"u\"]");
        }
    }
}
