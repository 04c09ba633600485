package io.magnetar.sink.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.sink.setting.SettingsReading;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of {@code pulsar-conf/sinks} are configurations that the sink takes. */
class ExamplesTest {
    @ParameterizedTest
    @ValueSource(strings = {"kafka", "kafka-oauth", "confluent"})
    void theSinkTakesIt(String name) throws Exception {
        Map<?, ?> example = Examples.read(name);
        Map<String, Object> configuration = Examples.configuration(name);
        Map<?, ?> secrets = Examples.map(example.get("secrets"));

        SettingsReading reading = new SettingsReading(
                KafkaSettings.SETTINGS, configuration, secret -> secrets.containsKey(secret) ? "a secret" : null);
        KafkaSettings.validate(reading);
        reading.check();

        assertThat(example.get("retainOrdering")).isEqualTo(true);
        assertThat(example.get("archive")).isEqualTo("builtin://magnetar-kafka");
    }
}
