package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 3.1, protocol name MQIsdp and level 3, and what differs in it from its successors. */
@ExtendWith(MqttExtension.class)
class Mqtt31Test {
    private static final int CONNACK = 2;
    private static final int PUBACK = 4;
    private static final int PUBCOMP = 7;
    private static final int SUBACK = 9;

    private static byte[] connect(String clientId) {
        return RawClient.packet(0x10, "MQIsdp", 3, 0x02, 0, 60, clientId);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void publishesAndSubscribesWithPaho(int qos, MqttBroker broker) throws Exception {
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        try (MqttClient client =
                new MqttClient("tcp://127.0.0.1:" + broker.port(), "paho31-" + qos, new MemoryPersistence())) {
            MqttConnectOptions options = new MqttConnectOptions();
            options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1);
            client.connect(options);
            client.subscribe("paho31/" + qos, qos, (topic, message) -> got.add(message.getQos() + " " + message));

            client.publish("paho31/" + qos, "x".getBytes(UTF_8), qos, false);

            assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo(qos + " x");
            client.disconnect();
        }
    }

    @Test
    void takesAClientIdentifierOfMoreThan23Characters(MqttBroker broker) throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            RawPacket connAck = client.send(connect("x".repeat(64))).read();

            assertThat(connAck.type()).isEqualTo(CONNACK);
            assertThat(connAck.body()).containsExactly(0, 0);
        }
    }

    @Test
    void refusesAnEmptyClientIdentifier(MqttBroker broker) throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            assertThat(client.send(connect("")).read().body()).containsExactly(0, 2);
            client.readUntilClosed();
        }
    }

    @Test
    void takesAUserNameFlagWithoutAUserName(MqttBroker broker) throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            RawPacket connAck = client.send(RawClient.packet(0x10, "MQIsdp", 3, 0xC2, 0, 60, "flags-only"))
                    .read();

            assertThat(connAck.body()).containsExactly(0, 0);
        }
    }

    @Test
    void takesPacketsWhoseFlagsSayThatTheyAreSentAgain(MqttBroker broker) throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            client.send(connect("dup-flags")).read();

            assertThat(client.send(RawClient.packet(0x8A, 0, 1, "dup31/#", 1))
                            .read()
                            .type())
                    .isEqualTo(SUBACK);
            client.send(RawClient.packet(0x3C, "other31", 0, 7, "x".getBytes(UTF_8)))
                    .read();
            assertThat(client.send(RawClient.packet(0x6A, 0, 7)).read().type()).isEqualTo(PUBCOMP);
            client.send(RawClient.packet(0x38, "other31", "x".getBytes(UTF_8)));
            assertThat(client.send(RawClient.packet(0x3A, "other31", 0, 8))
                            .read()
                            .type())
                    .isEqualTo(PUBACK);
        }
    }

    @Test
    void toldOfARefusedFilterByTheCodeOfMqtt311(MqttBroker broker) throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            client.send(connect("refused31")).read();

            RawPacket subAck = client.send(RawClient.packet(0x82, 0, 1, "good31", 2, "bad/#/31", 1))
                    .read();

            assertThat(subAck.body()).containsExactly(0, 1, 2, 0x80);
        }
    }

    @Test
    void exchangesMessagesWithTheOtherVersions(MqttBroker broker) throws Exception {
        try (RawClient old = new RawClient(broker.port());
                Device device = Device.connect(broker.port(), "other-version")) {
            old.send(connect("versions31")).read();
            old.send(RawClient.packet(0x82, 0, 1, "versions/to31", 1)).read();
            device.subscribe("versions/from31", MqttQos.AT_LEAST_ONCE);

            old.send(RawClient.packet(0x32, "versions/from31", 0, 2, "up".getBytes(UTF_8)));
            assertThat(old.read().type()).isEqualTo(PUBACK);
            assertThat(device.next(1)).containsExactly("up");

            device.publish("versions/to31", "down", MqttQos.AT_LEAST_ONCE);
            RawPacket publish = old.read();
            assertThat(publish.topic()).isEqualTo("versions/to31");
            assertThat(publish.body()).endsWith("down".getBytes(UTF_8));
        }
    }
}
