package io.magnetar.mqtt.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.topic.TopicFilter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedFilterTest {
    @Test
    void aGroupAndAFilterAreTheIdentity() {
        assertThat(SharedFilter.problem("$share/g//a/+/#")).isEmpty();
        assertThat(SharedFilter.parse("$share/g//a/+/#")).isEqualTo(new SharedFilter("g", new TopicFilter("/a/+/#")));
        assertThat(SharedFilter.parse("$share/g/a")).isNotEqualTo(SharedFilter.parse("$share/g/b"));
        assertThat(SharedFilter.isShared("$shared/g/a")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$share/",
                "$share/g",
                "$share/g/",
                "$share//a",
                "$share/g+/a",
                "$share/+/a",
                "$share/g#/a",
                "$share/g/a/#/b",
                "$share/g/a+",
                "$share/g/$share/h/a",
            })
    void refusesWhatIsNone(String written) { // [MQTT-4.8.2-1], [MQTT-4.8.2-2]
        assertThat(SharedFilter.problem(written)).isPresent();
    }
}
