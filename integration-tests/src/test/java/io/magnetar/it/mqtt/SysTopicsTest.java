package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.util.HashMap;
import java.util.Map;
import org.apache.pulsar.broker.PulsarService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(MqttExtension.class)
class SysTopicsTest {
    private static final int PUBACK = 4;

    /** Until every topic has come twice. */
    private static Map<String, String> secondRound(Device device) throws InterruptedException {
        Map<String, String> first = new HashMap<>();
        Map<String, String> second = new HashMap<>();
        while (first.isEmpty() || second.size() < first.size()) {
            Mqtt5Publish message = device.next();
            String topic = message.getTopic().toString();
            if (!topic.startsWith("$SYS/")) {
                continue;
            }
            assertThat(message.getQos()).isEqualTo(MqttQos.AT_MOST_ONCE);
            (first.containsKey(topic) ? second : first).put(topic, Device.text(message));
        }
        return second;
    }

    @Test
    void tellTheNumbersOfTheNamespaceToWhoIsSubscribed(EmbeddedPulsar pulsar) throws Exception {
        try (PulsarService neighbour = pulsar.startBroker(settings -> {});
                MqttBroker broker = MqttBroker.start(neighbour, Map.of("mqttSysIntervalSeconds", "1"));
                Device all = Device.connect(broker.port(), "sys-all");
                Device everything = Device.connect(broker.port(), "sys-everything")) {
            everything.subscribe(Mqtt5Subscribe.builder()
                    .addSubscription()
                    .topicFilter("#")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .retainHandling(Mqtt5RetainHandling.DO_NOT_SEND)
                    .applySubscription()
                    .build());
            for (int i = 0; i < 3; i++) {
                all.publish("sys/x", "1", MqttQos.AT_LEAST_ONCE);
            }
            assertThat(all.subscribe("$SYS/#", MqttQos.EXACTLY_ONCE)).isEqualTo(Mqtt5SubAckReasonCode.GRANTED_QOS_2);

            Map<String, String> values = secondRound(all);

            assertThat(values)
                    .containsEntry("$SYS/broker/clients/connected", "2")
                    .containsEntry("$SYS/broker/subscriptions/count", "2")
                    .containsEntry("$SYS/broker/publish/messages/dropped", "0")
                    .containsKey("$SYS/broker/clients/disconnected")
                    .containsEntry("$SYS/broker/publish/messages/received", "3")
                    .containsKeys("$SYS/broker/uptime", "$SYS/broker/retained messages/count");
            assertThat(values.get("$SYS/broker/version")).startsWith("Magnetar version ");
            assertThat(values.get("$SYS/broker/bytes/received")).matches("[1-9][0-9]+");

            all.publish("sys/mark", "mark", MqttQos.AT_LEAST_ONCE);
            assertThat(everything.next(4))
                    .as("a wildcard at the begin matches no topic that begins with $ [MQTT-4.7.2-1]")
                    .filteredOn("mark"::equals)
                    .hasSize(1);
        }
    }

    @Test
    void aSubscriptionWithAWildcardBehindTheirPrefixGetsThoseThatItMatches(EmbeddedPulsar pulsar) throws Exception {
        try (PulsarService neighbour = pulsar.startBroker(settings -> {});
                MqttBroker broker = MqttBroker.start(neighbour, Map.of("mqttSysIntervalSeconds", "1"));
                Device device = Device.connect(broker.port(), "sys-some")) {
            device.subscribe("$SYS/broker/publish/+/+", MqttQos.AT_MOST_ONCE);

            assertThat(secondRound(device))
                    .containsOnlyKeys(
                            "$SYS/broker/publish/messages/received",
                            "$SYS/broker/publish/messages/sent",
                            "$SYS/broker/publish/messages/dropped");
        }
    }

    @Test
    void nobodyPublishesThere(MqttBroker broker) throws Exception {
        try (Device subscriber = Device.connect(broker.port(), "sys-subscriber");
                RawClient old = new RawClient(broker.port())) {
            subscriber.subscribe("$SYS/broker/forged", MqttQos.AT_LEAST_ONCE);
            old.send(RawClient.connect311("sys-forger", 60)).read();
            old.send(RawClient.packet(0x32, "$SYS/broker/forged", 0, 1, 1));
            assertThat(old.read().type()).isEqualTo(PUBACK);
            old.send(RawClient.packet(0x33, "$SYS/broker/forged", 0, 2, 1));
            assertThat(old.read().type()).isEqualTo(PUBACK);

            subscriber.subscribe("sys/forged/mark", MqttQos.AT_LEAST_ONCE);
            subscriber.publish("sys/forged/mark", "mark", MqttQos.AT_LEAST_ONCE);
            assertThat(subscriber.next(1)).containsExactly("mark");
            subscriber.subscribe("$SYS/broker/forged", MqttQos.AT_LEAST_ONCE);
            subscriber.publish("sys/forged/mark", "not retained", MqttQos.AT_LEAST_ONCE);
            assertThat(subscriber.next(1)).containsExactly("not retained");
        }
    }

    @Test
    void nobodyLeavesAWillThere(MqttBroker broker) {
        Mqtt5Connect connect = Mqtt5Connect.builder()
                .willPublish()
                .topic("$SYS/broker/version")
                .retain(true)
                .payload("forged".getBytes(UTF_8))
                .applyWillPublish()
                .build();

        assertThatThrownBy(() -> Device.connect(broker.port(), "sys-will", connect))
                .isInstanceOfSatisfying(
                        Mqtt5ConnAckException.class,
                        refused -> assertThat(refused.getMqttMessage().getReasonCode())
                                .isEqualTo(Mqtt5ConnAckReasonCode.NOT_AUTHORIZED));
    }
}
