package io.magnetar.it.mqtt;

import static io.magnetar.it.client.DurableClients.durable;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import io.magnetar.it.client.Device;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Producer;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How fast a subscription to a stream gets its messages when it asks for a pace. */
@ExtendWith(MqttExtension.class)
class ReplayPaceTest {
    private static Mqtt5Subscribe subscription(String filter, String property, String value) {
        return Mqtt5Subscribe.builder()
                .topicFilter(filter)
                .qos(MqttQos.AT_LEAST_ONCE)
                .userProperties()
                .add(property, value)
                .applyUserProperties()
                .build();
    }

    /** Writes messages that were received so many milliseconds ago, each with that for its payload, with keys of their own. */
    private static void produce(EmbeddedPulsar pulsar, String name, long... millisAgo) throws Exception {
        long now = System.currentTimeMillis();
        try (Producer<byte[]> producer =
                pulsar.client().newProducer().topic(Streams.pulsarTopic(name)).create()) {
            for (long ago : millisAgo) {
                producer.newMessage()
                        .key(Long.toString(ago))
                        .property("mqtt.topic", name + "/x")
                        .property("mqtt.ts", Long.toString(TimeUnit.MILLISECONDS.toMicros(now - ago)))
                        .value(Long.toString(ago).getBytes(UTF_8))
                        .send();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"x1, 1", "x10, 10", "x0.5, 0.5"})
    void keepsTheGapsOfAllPartitionsDividedByTheSpeed(
            String speed, double factor, EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        String name = "speed-" + speed.replace('.', '-');
        Streams.create(pulsar, broker, name, name + "/#", 3);
        long[] ago = new long[8];
        for (int i = 0; i < ago.length; i++) {
            ago[i] = 60_000 - (long) (i * 200 * factor);
        }
        produce(pulsar, name, ago);
        try (Device device = Device.connect(broker.port(), name)) {
            device.subscribe(subscription("$s/earliest/" + name + "/#", "stream-speed", speed));
            List<String> payloads = new ArrayList<>();
            long first = 0;
            for (int i = 0; i < ago.length; i++) {
                payloads.add(Device.text(device.next()));
                long now = System.nanoTime();
                first = i == 0 ? now : first;
                assertThat(TimeUnit.NANOSECONDS.toMillis(now - first))
                        .as("message %s", i)
                        .isGreaterThanOrEqualTo(i * 200L - 100)
                        .isCloseTo(i * 200L, Offset.offset(5_000L));
            }
            List<String> expected = new ArrayList<>();
            for (long each : ago) {
                expected.add(Long.toString(each));
            }
            assertThat(payloads)
                    .as("those that are late together have no order")
                    .hasSameElementsAs(expected);
        }
    }

    @Test
    void isLiveWhenItHasCaughtUpAndTellsTheEndOfARange(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "speed-live", "speed-live/#", 2);
        produce(pulsar, "speed-live", 10_000, 5_000);
        try (Device device = Device.connect(broker.port(), "speed-live")) {
            device.subscribe(subscription("$s/earliest/speed-live/#", "stream-speed", "x100"));
            assertThat(device.next(2)).containsExactly("10000", "5000");
            device.publish("speed-live/x", "a", MqttQos.AT_LEAST_ONCE);
            device.publish("speed-live/x", "b", MqttQos.AT_LEAST_ONCE);
            assertThat(device.next(2)).containsExactly("a", "b");

            device.subscribe(subscription("$s/earliest..now/speed-live/#", "stream-speed", "x100"));
            assertThat(device.next(4)).containsExactly("10000", "5000", "a", "b");
            assertThat(Device.userProperty(device.next(), "stream-end")).isEqualTo("4");
        }
    }

    @Test
    void sendsNoMoreInASecondThanTheRate(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "rate", "rate/#", 3);
        long[] ago = new long[200];
        for (int i = 0; i < ago.length; i++) {
            ago[i] = 1_000L - i;
        }
        produce(pulsar, "rate", ago);
        try (Device device = Device.connect(broker.port(), "rate")) {
            device.subscribe(subscription("$s/earliest..now/rate/#", "stream-rate", "50"));
            device.next();
            long first = System.nanoTime();
            assertThat(device.next(199)).doesNotHaveDuplicates();
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - first)).isBetween(3_800L, 8_000L);
            assertThat(Device.userProperty(device.next(), "stream-end")).isEqualTo("200");
        }
    }

    @Test
    void subscribingAgainChangesThePaceAndADurableSessionKeepsIt(EmbeddedPulsar pulsar, MqttBroker broker)
            throws Exception {
        Streams.create(pulsar, broker, "speed-again", "speed-again/#", 2);
        produce(pulsar, "speed-again", 7_200_000, 7_199_000, 3_600_000);
        String filter = "$s/earliest/speed-again/#";
        try (Device device = durable(broker.port(), "speed-again")) {
            device.subscribe(subscription(filter, "stream-speed", "x1"));
            assertThat(device.next(2)).containsExactly("7200000", "7199000");
        }
        try (Device device = durable(broker.port(), "speed-again")) {
            assertThat(device.next(1))
                    .as("the clock begins with the first message")
                    .containsExactly("3600000");
            produce(pulsar, "speed-again", 10);
            device.publish("speed-again/x", "barrier", MqttQos.AT_LEAST_ONCE);
            device.subscribe(subscription(filter, "stream-speed", "max"));
            assertThat(device.next(2)).containsExactlyInAnyOrder("10", "barrier");
        }
    }

    @ParameterizedTest
    @CsvSource({"stream-speed, 10", "stream-speed, x0", "stream-rate, 0", "stream-rate, x1"})
    void saysWhatWouldBeRight(String property, String value, EmbeddedPulsar pulsar, MqttBroker broker)
            throws Exception {
        String name = "pace-bad-" + property.charAt(7) + value;
        Streams.create(pulsar, broker, name, name, 1);
        try (Device device = Device.connect(broker.port(), name)) {
            device.client().subscribe(subscription("$s/earliest/" + name, property, value));
            throw new AssertionError("it was granted");
        } catch (Mqtt5SubAckException e) {
            assertThat(e.getMqttMessage().getReasonCodes()).containsExactly(Mqtt5SubAckReasonCode.TOPIC_FILTER_INVALID);
            assertThat(e.getMqttMessage().getReasonString().orElseThrow().toString())
                    .contains(property, "'" + value + "'");
        }
    }
}
