package io.magnetar.sink.influxdb;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.magnetar.sink.server.SinkRun;
import io.magnetar.sink.setting.InvalidSettings;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InfluxdbSettingsTest {
    @Test
    void allErrorsAreNamedAtOnce() {
        Map<String, Object> configuration = new HashMap<>();
        configuration.put("preset", "timestream");
        configuration.put("url", "http://example.com:8086?x=1");
        configuration.put("tokn", "t");
        configuration.put("username", "u");
        configuration.put("fields", Map.of("time", "${payload.t}"));
        configuration.put("noSync", true);
        configuration.put("precision", "fortnight");
        configuration.put("deadLetterTopic", "bad");

        assertThatExceptionOfType(InvalidSettings.class)
                .isThrownBy(() -> new SinkRun(new InfluxdbSink(), configuration))
                .withMessageContainingAll(
                        "tokn: there is no such key; token may be meant",
                        "precision: it must be one of ns, us, ms, s",
                        "fields: 'time': servers keep this name for the timestamp",
                        "database: it is required with this preset",
                        "password: it is required with username",
                        "token: it is required with this preset",
                        "measurement: it is required with lines: templates",
                        "url: Timestream takes https:// only",
                        "url: it must end with the host, the port or a path",
                        "noSync: only InfluxDB 3 has it",
                        "deadLetterTopic: it has an effect only with onBadRecord: dead-letter");
    }

    @Test
    void whatADatabaseDoesNotHaveIsRefused() {
        Map<String, Object> configuration = new HashMap<>();
        configuration.put("preset", "questdb");
        configuration.put("url", "http://127.0.0.1:9000");
        configuration.put("database", "d");
        configuration.put("measurement", "m");
        configuration.put("tags", Map.of("n", "${key}"));
        configuration.put("fields", Map.of("n", Map.of("value", "${payload.n}", "type", "uint")));

        assertThatExceptionOfType(InvalidSettings.class)
                .isThrownBy(() -> new SinkRun(new InfluxdbSink(), configuration))
                .withMessageContainingAll(
                        "database: QuestDB has none; leave it out",
                        "tags: 'n' is a field as well",
                        "fields: this database has no uint; use int");
    }
}
