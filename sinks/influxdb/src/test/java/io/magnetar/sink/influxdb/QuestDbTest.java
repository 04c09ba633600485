package io.magnetar.sink.influxdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.server.QuestDb;
import io.magnetar.sink.server.SinkRun;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The sink against a real QuestDB. */
class QuestDbTest {
    private static final QuestDb SERVER = create();

    private static QuestDb create() {
        try {
            return new QuestDb();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        SERVER.start();
    }

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    private static Map<String, Object> configuration(String measurement) {
        Map<String, Object> configuration = new HashMap<>();
        configuration.put("preset", "questdb");
        configuration.put("url", SERVER.url());
        configuration.put("username", QuestDb.USER);
        configuration.put("password", QuestDb.PASSWORD);
        configuration.put("measurement", measurement);
        configuration.put("tags", Map.of("device", "${clientid}", "site", "${topic[1]}"));
        configuration.put(
                "fields",
                Map.of(
                        "temp",
                        Map.of("value", "${payload.temp}", "type", "float"),
                        "count",
                        Map.of("value", "${payload.n}", "type", "int"),
                        "note",
                        "${payload.note}"));
        configuration.put("maxDelay", "50ms");
        configuration.put("requestTimeout", "2s");
        configuration.put("onBadRecord", "dead-letter");
        configuration.put("deadLetterTopic", "bad");
        return configuration;
    }

    private static Map<String, String> mqtt(String topic, String client, long micros) {
        return Map.of("mqtt.topic", topic, "mqtt.client-id", client, "mqtt.ts", Long.toString(micros));
    }

    private static void acknowledged(SinkRun run, int count) {
        await().atMost(Duration.ofSeconds(60)).until(() -> run.acknowledged() == count);
    }

    private static void rows(String sql, String expected) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(SERVER.rows(sql)).isEqualTo(expected));
    }

    @Test
    void messagesAreRowsWithTheirTypesAndTimes() throws Exception {
        try (SinkRun run = new SinkRun(new InfluxdbSink(), configuration("weather"))) {
            run.write(
                    "c",
                    "{\"temp\":21.5,\"n\":7,\"note\":\"a \\\"b\\\" \\\\ é\"}",
                    mqtt("s/north, wing/r", "c=1\\x", 1_700_000_000_000_001L));
            acknowledged(run, 1);
        }
        rows(
                "select device, site, temp, count, note, timestamp from weather",
                "[[\"c=1\\\\x\",\"north, wing\",21.5,7,\"a \\\"b\\\" \\\\ é\",\"2023-11-14T22:13:20.000001Z\"]]");
    }

    @Test
    void aBadRecordGoesAsideAndTheOthersOfItsBatchAreWritten() throws Exception {
        Map<String, Object> configuration = configuration("mixed");
        configuration.put("lines", "payload");
        configuration.keySet().removeAll(java.util.List.of("measurement", "tags", "fields"));
        configuration.put("precision", "us");
        try (SinkRun run = new SinkRun(new InfluxdbSink(), configuration)) {
            run.write("k", "mixed f=1 1000000", Map.of());
            acknowledged(run, 1);
            run.write("k", "mixed f=2 2000000", Map.of());
            run.write("k", "mixed f=\"text\" 3000000", Map.of());
            run.write("k", "mixed f=", Map.of());
            run.write("k", "mixed f=4 4000000", Map.of());
            acknowledged(run, 5);
            assertThat(run.deadLetters())
                    .extracting(SinkRun.DeadLetter::payload)
                    .containsExactlyInAnyOrder("mixed f=\"text\" 3000000", "mixed f=");
            assertThat(run.metric("dead_letters")).isEqualTo(2);
        }
        rows("select f from mixed order by timestamp", "[[1.0],[2.0],[4.0]]");
    }

    @Test
    void nothingIsLostWhileTheServerIsAwayOrHangs() throws Exception {
        try (SinkRun run = new SinkRun(new InfluxdbSink(), configuration("away"))) {
            run.write("c", "{\"temp\":0}", mqtt("s/a/r", "c", 1_000_000));
            acknowledged(run, 1);
            SERVER.process().hang();
            run.write("c", "{\"temp\":1}", mqtt("s/a/r", "c", 2_000_000));
            await().atMost(Duration.ofSeconds(30)).until(() -> run.metric("retries") > 0);
            SERVER.process().goOn();
            acknowledged(run, 2);
            SERVER.process().kill();
            run.write("c", "{\"temp\":2}", mqtt("s/a/r", "c", 3_000_000));
            double before = run.metric("retries");
            await().atMost(Duration.ofSeconds(30)).until(() -> run.metric("retries") > before);
            SERVER.process().start();
            acknowledged(run, 3);
            assertThat(run.fatal()).isNull();
        }
        rows("select distinct temp from away order by temp", "[[0.0],[1.0],[2.0]]");
    }

    @Test
    void wrongCredentialsAreSaidAtTheStart() {
        Map<String, Object> configuration = configuration("never");
        configuration.put("password", "wrong");
        assertThatExceptionOfType(PermanentFailure.class)
                .isThrownBy(() -> new SinkRun(new InfluxdbSink(), configuration))
                .withMessageContaining("401")
                .withMessageContaining("look at the token, or user and password")
                .withMessageNotContaining("wrong");
    }

    @Test
    void testModeWritesNothing() throws Exception {
        Map<String, Object> configuration = configuration("never");
        configuration.put("test", true);
        new SinkRun(new InfluxdbSink(), configuration).close();
        assertThat(SERVER.rows("select table_name from tables() where table_name = 'never'"))
                .isEqualTo("[]");
    }
}
