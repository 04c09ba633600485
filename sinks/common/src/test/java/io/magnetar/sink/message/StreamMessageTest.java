package io.magnetar.sink.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.pulsar.client.impl.MessageIdImpl;
import org.junit.jupiter.api.Test;

class StreamMessageTest {
    @Test
    void readsTheLayoutOfAStream() {
        StreamMessage message = TestRecords.reading("{\"temp\":21.5}");

        assertThat(message.topic()).isEqualTo("sensors/s1/readings");
        assertThat(message.timestampMicros()).isEqualTo(1_700_000_000_123_456L);
        assertThat(message.qos()).isEqualTo(1);
        assertThat(message.retain()).isFalse();
        assertThat(message.clientId()).contains("station-1");
        assertThat(message.userProperties()).containsExactly(Map.entry("unit", "C"));
        assertThat(message.pulsarTopic())
                .isEqualTo(new PulsarTopic(TestRecords.TOPIC, "fleet", "streams", "readings", 3));
        assertThat(message.position()).isEqualTo(new Position(12, 34, 5));
        assertThat(message.topicLevel(1)).contains("s1");
        assertThat(message.topicLevel(-1)).contains("readings");
        assertThat(message.topicLevel(3)).isEmpty();
        assertThat(message.json().path("temp").decimalValue()).isEqualByComparingTo("21.5");
    }

    @Test
    void takesAnyPulsarMessage() {
        StreamMessage message = new StreamMessage(
                TestRecords.record("k", "not json", Map.of("mqtt.ts", "x", "mqtt.qos", "7"), new Position(1, 2, 0)));

        assertThat(message.topic()).isEqualTo("k");
        assertThat(message.timestampMicros()).isEqualTo(1_000_000);
        assertThat(message.qos()).isZero();
        assertThat(message.json().isMissingNode()).isTrue();
    }

    @Test
    void knowsPositionsByPulsarsSerializedForm() {
        assertThat(Position.of(new MessageIdImpl(Long.MAX_VALUE, 0, -1))).isEqualTo(new Position(Long.MAX_VALUE, 0, 0));
        assertThat(Position.parse("7:8:9")).isEqualTo(new Position(7, 8, 9)).hasToString("7:8:9");
    }

    @Test
    void ordersPositionsAlongThePartition() {
        Position position = new Position(5, 9, 1);

        assertThat(new Position(5, 9, 2)).isGreaterThan(position);
        assertThat(new Position(5, 10, 0)).isGreaterThan(position);
        assertThat(new Position(6, 0, 0)).isGreaterThan(position);
        assertThat(new Position(5, 9, 2).directlyFollows(position)).isTrue();
        assertThat(new Position(5, 10, 0).directlyFollows(position)).isTrue();
        assertThat(new Position(5, 11, 0).directlyFollows(position)).isFalse();
        assertThat(new Position(6, 0, 0).directlyFollows(position)).isFalse();
    }

    @Test
    void aTombstoneHasNoValueAndAnEmptyPayload() {
        StreamMessage tombstone = TestRecords.tombstone("s1");

        assertThat(tombstone.hasValue()).isFalse();
        assertThat(tombstone.payload()).isEmpty();
        assertThat(tombstone.json().isMissingNode()).isTrue();
        assertThat(tombstone.key()).contains("s1");
        assertThat(TestRecords.reading("").hasValue()).isTrue();
    }
}
