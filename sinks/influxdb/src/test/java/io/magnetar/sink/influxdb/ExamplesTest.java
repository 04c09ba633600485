package io.magnetar.sink.influxdb;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.magnetar.sink.setting.SettingsReading;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of {@code pulsar-conf/sinks} are configurations that the sink takes. */
class ExamplesTest {
    @ParameterizedTest
    @ValueSource(strings = {"questdb", "influxdb1", "influxdb2", "influxdb3", "timestream", "emqx-tables"})
    void theSinkTakesIt(String name) throws Exception {
        Map<?, ?> example = new ObjectMapper(new YAMLFactory())
                .readValue(Path.of("../../pulsar-conf/sinks", name + ".yaml").toFile(), Map.class);
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

    private static Map<?, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }
}
