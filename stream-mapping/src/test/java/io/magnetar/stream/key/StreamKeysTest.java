package io.magnetar.stream.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.tenancy.Namespace;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamKeysTest {
    @ParameterizedTest
    @CsvSource({
        "client-id, sensors/7/readings, station",
        "topic, sensors/7/readings, sensors/7/readings",
        "topic[0], sensors/7/readings, sensors",
        "topic[1], sensors/7/readings, 7",
        "topic[2], sensors/7/readings, readings",
        "topic[3], sensors/7/readings, sensors/7/readings",
        "topic[127], a, a",
        "topic[0], /a, ''",
        "topic[1], a//b, ''",
    })
    void findsTheKey(String name, String topic, String key) {
        assertThat(key(name).of(message("station", topic))).isEqualTo(key);
    }

    @Test
    void takesTheTopicForAMessageWithoutAClient() {
        assertThat(key("client-id").of(message(null, "a/b"))).isEqualTo("a/b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"client-id", "topic", "topic[0]", "topic[12]"})
    void saysItsName(String name) {
        assertThat(key(name)).hasToString(name).isEqualTo(key(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Topic", "topic[]", "topic[-1]", "topic[1", "topic[128]", "topic[9999]", "clientid"})
    void refusesAnyOtherName(String name) {
        assertThat(StreamKeys.parse(name)).isEmpty();
    }

    private static StreamKey key(String name) {
        return StreamKeys.parse(name).orElseThrow();
    }

    private static Message message(@Nullable String clientId, String topic) {
        Publisher publisher = new Publisher(new Namespace("public"), clientId, null);
        return new Message(topic, new byte[0], Qos.AT_MOST_ONCE, false, MessageProperties.NONE, publisher, 0);
    }
}
