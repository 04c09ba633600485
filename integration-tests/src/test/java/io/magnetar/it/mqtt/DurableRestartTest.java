package io.magnetar.it.mqtt;

import static io.magnetar.it.client.DurableClients.connect;
import static io.magnetar.it.client.DurableClients.connect5;
import static io.magnetar.it.client.DurableClients.durable;
import static io.magnetar.it.client.DurableClients.sessionPresent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Durable sessions of a broker that stops and starts again, on a Pulsar that no other MQTT broker uses. */
class DurableRestartTest {
    private static EmbeddedPulsar pulsar;

    @BeforeAll
    static void startPulsar() throws Exception {
        pulsar = EmbeddedPulsar.start();
    }

    @AfterAll
    static void stopPulsar() throws Exception {
        pulsar.close();
    }

    /** Each is the one before, started again. */
    private static MqttBroker start(Map<String, String> settings) throws Exception {
        Map<String, String> all = new HashMap<>(settings);
        all.put("mqttBrokerName", "restarted");
        return MqttBroker.start(pulsar.broker(), all);
    }

    @Test
    void survivesAStopOfTheBroker() throws Exception {
        try (MqttBroker before = start(Map.of())) {
            try (Device device = durable(before.port(), "durable-restart")) {
                device.subscribe("durable/restart", MqttQos.EXACTLY_ONCE);
            }
            try (Device publisher = Device.connect(before.port(), "durable-restart-publisher")) {
                publisher.publish("durable/restart", "kept", MqttQos.EXACTLY_ONCE);
            }
        }
        try (MqttBroker after = start(Map.of())) {
            try (Device publisher = Device.connect(after.port(), "durable-restart-publisher")) {
                publisher.publish("durable/restart", "right after", MqttQos.AT_LEAST_ONCE);
            }
            try (Device device = durable(after.port(), "durable-restart")) {
                assertThat(device.next(2)).containsExactly("kept", "right after");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(MqttQos.class)
    void goesOnInAStreamAfterAStopOfTheBroker(MqttQos qos) throws Exception {
        String name = "restart-" + qos.getCode();
        try (MqttBroker before = start(Map.of())) {
            Streams.create(pulsar, before, name, name + "/#", 2);
            try (Device device = durable(before.port(), name)) {
                device.subscribe("$s/earliest/" + name + "/#", qos);
                device.publish(name + "/x", "had", MqttQos.EXACTLY_ONCE);
                assertThat(device.next(1)).containsExactly("had");
            }
            try (Device publisher = Device.connect(before.port(), name + "-publisher")) {
                publisher.publish(name + "/x", "kept", MqttQos.EXACTLY_ONCE);
            }
        }
        try (MqttBroker after = start(Map.of());
                Device device = durable(after.port(), name)) {
            assertThat(device.next(1)).containsExactly("kept");
            device.publish(name + "/x", "new", MqttQos.EXACTLY_ONCE);
            assertThat(device.next(1)).containsExactly("new");
        }
    }

    @Test
    void aRangeHasOneEndAfterStopsOfTheBroker() throws Exception {
        String filter = "$s/earliest..now/restart-range/#";
        try (MqttBroker before = start(Map.of())) {
            Streams.create(pulsar, before, "restart-range", "restart-range/#", 2);
            try (Device publisher = Device.connect(before.port(), "restart-range-publisher");
                    RawClient client = new RawClient(before.port())) {
                for (int i = 0; i < 10; i++) {
                    publisher.publish("restart-range/" + i, "in", MqttQos.EXACTLY_ONCE);
                }
                connect(client, connect5("restart-range", true, 500));
                client.send(RawClient.subscribe5(filter, 1));
                while (client.read().type() != 3) {
                    // The SUBACK may come before the first message.
                }
                publisher.publish("restart-range/0", "behind", MqttQos.EXACTLY_ONCE);
            }
        }
        try (MqttBroker after = start(Map.of());
                Device device = durable(after.port(), "restart-range")) {
            assertThat(device.next(10)).containsOnly("in");
            Mqtt5Publish marker = device.next();
            assertThat(marker.getTopic().toString()).startsWith("$stream-end/");
            assertThat(Device.userProperty(marker, "stream-end")).isEqualTo("10");
        }
        try (MqttBroker over = start(Map.of());
                Device device = durable(over.port(), "restart-range")) {
            device.subscribe("restart-range-barrier", MqttQos.AT_LEAST_ONCE);
            device.publish("restart-range/0", "new", MqttQos.EXACTLY_ONCE);
            device.publish("restart-range-barrier", "barrier", MqttQos.AT_LEAST_ONCE);
            assertThat(device.next(1)).containsExactly("barrier");
        }
    }

    @Test
    void tellsTheExpiryInForceAndEndsTheSessionAfterIt() throws Exception {
        // MQTT 5.0 section 3.2.2.3.2, [MQTT-4.1.0-2]
        try (MqttBroker broker = start(Map.of("mqttMaxSessionExpirySeconds", "1"))) {
            try (RawClient client = new RawClient(broker.port())) {
                RawPacket connAck = connect(client, connect5("durable-expiring", true, 500));
                assertThat(connAck.body()).containsSequence(0x11, 0, 0, 0, 1);
                // What DISCONNECT asks for is held to the same.
                client.send(RawClient.packet(0xE0, 0, 5, 0x11, 0, 0, 1, 244)).readUntilClosed();
            }
            await().atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(1_500))
                    .untilAsserted(() -> {
                        try (RawClient again = new RawClient(broker.port())) {
                            assertThat(sessionPresent(connect(again, connect5("durable-expiring", false, 500))))
                                    .isFalse();
                        }
                    });
        }
    }

    @Test
    void publishesADelayedWillAfterARestartOnce() throws Exception { // [MQTT-3.1.2-8]
        byte[] connect = RawClient.packet(
                0x10,
                "MQTT",
                5,
                0x0E,
                0,
                60,
                5,
                0x11,
                0,
                0,
                2,
                0,
                "restart-will",
                5,
                0x18,
                0,
                0,
                0,
                3,
                "will/restart",
                "gone");
        try (MqttBroker before = start(Map.of())) {
            try (Device reader = durable(before.port(), "restart-will-reader")) {
                reader.subscribe("will/restart", MqttQos.AT_LEAST_ONCE);
            }
            try (RawClient client = new RawClient(before.port())) {
                connect(client, connect);
            }
        }
        try (MqttBroker after = start(Map.of());
                Device reader = durable(after.port(), "restart-will-reader")) {
            assertThat(Device.text(reader.next())).isEqualTo("gone");
            reader.publish("will/restart", "end", MqttQos.AT_LEAST_ONCE);
            assertThat(Device.text(reader.next())).isEqualTo("end");
        }
    }
}
