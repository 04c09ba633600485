package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClientState;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** CONNECT, keep alive and DISCONNECT: MQTT 5.0 sections 3.1, 3.2, 3.12 and 3.14. */
@ExtendWith(MqttExtension.class)
class ConnectTest {
    private static final int CONNACK = 2;
    private static final int PINGRESP = 13;
    private static final int DISCONNECT = 14;

    @Test
    void assignsAClientIdentifierToAClientWithoutOne(MqttBroker broker) { // [MQTT-3.1.3-6], [MQTT-3.1.3-7]
        Mqtt5BlockingClient client = Mqtt5Client.builder()
                .serverHost("127.0.0.1")
                .serverPort(broker.port())
                .buildBlocking();

        Mqtt5ConnAck connAck = client.connect();

        assertThat(connAck.getAssignedClientIdentifier()).isPresent();
        assertThat(connAck.isSessionPresent()).isFalse();
        client.disconnect();
    }

    @Test
    void refusesAnEmptyClientIdentifierWithoutCleanSession(MqttBroker broker)
            throws Exception { // 3.1.1: [MQTT-3.1.3-8]
        try (RawClient client = new RawClient(broker.port())) {
            RawPacket connAck = client.send(RawClient.packet(0x10, "MQTT", 4, 0x00, 0, 60, ""))
                    .read();

            assertThat(connAck.type()).isEqualTo(CONNACK);
            assertThat(connAck.body()).containsExactly(0, 2);
            client.readUntilClosed();
        }
    }

    @Test
    void closesTheOlderConnectionWhenAClientIdentifierConnectsAgain(MqttBroker broker) throws Exception {
        // [MQTT-3.1.4-3], [MQTT-3.1.3-2]
        try (RawClient older = new RawClient(broker.port());
                RawClient newer = new RawClient(broker.port())) {
            older.send(RawClient.connect5("takeover", 60)).read();

            RawPacket connAck = newer.send(RawClient.connect5("takeover", 60)).read();
            RawPacket farewell = older.read();

            assertThat(connAck.at(1)).isZero();
            assertThat(farewell.type()).isEqualTo(DISCONNECT);
            assertThat(farewell.at(0)).isEqualTo(0x8E);
            older.readUntilClosed();
            assertThat(newer.send(RawClient.packet(0xC0)).read().type()).isEqualTo(PINGRESP);
        }
    }

    @Test
    void closesTheOlderConnectionOfAnMqtt311Client(MqttBroker broker)
            throws Exception { // 3.1.1: [MQTT-3.1.4-2], [MQTT-3.1.3-2]
        try (RawClient older = new RawClient(broker.port());
                RawClient newer = new RawClient(broker.port())) {
            older.send(RawClient.connect311("takeover-311", 60)).read();

            newer.send(RawClient.connect311("takeover-311", 60)).read();

            assertThat(older.readUntilClosed()).isZero();
        }
    }

    @Test
    void closesAConnectionThatIsSilentForOneAndAHalfTimesItsKeepAlive(MqttBroker broker) throws Exception {
        // [MQTT-3.1.2-22]
        try (RawClient client = new RawClient(broker.port())) {
            long began = System.nanoTime();
            client.send(RawClient.connect5("silent", 1)).read();

            RawPacket farewell = client.read();
            Duration patience = Duration.ofNanos(System.nanoTime() - began);

            assertThat(farewell.type()).isEqualTo(DISCONNECT);
            assertThat(farewell.at(0)).isEqualTo(0x8D);
            assertThat(patience).isGreaterThan(Duration.ofMillis(1_400));
            client.readUntilClosed();
        }
    }

    @Test
    void keepsAConnectionThatPings(MqttBroker broker) {
        Mqtt5BlockingClient client = Mqtt5Client.builder()
                .identifier("pinging")
                .serverHost("127.0.0.1")
                .serverPort(broker.port())
                .buildBlocking();
        client.connectWith().keepAlive(2).send();

        await().during(Duration.ofSeconds(4))
                .atMost(Duration.ofSeconds(20))
                .until(() -> client.getState() == MqttClientState.CONNECTED);
        client.disconnect();
    }

    @Test
    void refusesAProtocolVersionThatItDoesNotKnow(MqttBroker broker) throws Exception { // [MQTT-3.1.2-2]
        try (RawClient client = new RawClient(broker.port())) {
            RawPacket connAck = client.send(RawClient.packet(0x10, "MQTT", 6, 0x02, 0, 60, 0, "future"))
                    .read();

            assertThat(connAck.type()).isEqualTo(CONNACK);
            assertThat(connAck.at(1)).isIn(0x84, 0x01);
            client.readUntilClosed();
        }
    }

    @Test
    void closesWithoutAWordWhenTheProtocolIsNotMqtt(MqttBroker broker) throws Exception { // [MQTT-3.1.2-1]
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.packet(0x10, "AMQP", 5, 0x02, 0, 60, 0, "stranger"));

            assertThat(client.readUntilClosed()).isLessThanOrEqualTo(8);
        }
    }

    @Test
    void closesWhenTheFirstPacketIsNotConnect(MqttBroker broker) throws Exception { // [MQTT-3.1.0-1]
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.packet(0xC0));

            assertThat(client.readUntilClosed()).isZero();
        }
    }

    @Test
    void closesWhenConnectComesTwice(MqttBroker broker) throws Exception { // [MQTT-3.1.0-2]
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect5("twice", 60)).read();

            RawPacket farewell = client.send(RawClient.connect5("twice", 60)).read();

            assertThat(farewell.type()).isEqualTo(DISCONNECT);
            assertThat(farewell.at(0)).isEqualTo(0x82);
            client.readUntilClosed();
        }
    }

    @Test
    void closesWhenTheReservedFlagOfConnectIsSet(MqttBroker broker) throws Exception { // [MQTT-3.1.2-3]
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.packet(0x10, "MQTT", 4, 0x03, 0, 60, "reserved"));

            assertThat(client.readUntilClosed()).isZero();
        }
    }

    @Test
    void closesAfterDisconnect(MqttBroker broker) throws Exception { // [MQTT-3.14.4-1]
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect5("leaving", 60)).read();
            client.send(RawClient.packet(0xE0));

            assertThat(client.readUntilClosed()).isZero();
        }
    }

    @Test
    void closesAConnectionThatSendsNoConnectInTime(EmbeddedPulsar pulsar) throws Exception {
        Map<String, String> settings = Map.of("mqttConnectTimeoutMillis", "300");
        try (MqttBroker impatient = MqttBroker.start(pulsar.broker(), settings);
                RawClient client = new RawClient(impatient.port())) {
            client.send(new byte[] {0x10, 0x20});

            assertThat(client.readUntilClosed()).isZero();
        }
    }

    @Test
    void publishesTheWillOfAClientThatVanishesAndNotOfOneThatLeaves(MqttBroker broker) throws Exception {
        // [MQTT-3.1.2-8], [MQTT-3.14.4-3], 3.1.1: [MQTT-3.1.2-8], [MQTT-3.14.4-3]
        try (Device watcher = Device.connect(broker.port(), "will-watcher")) {
            watcher.subscribe("will/#", MqttQos.AT_LEAST_ONCE);
            try (RawClient leaving = new RawClient(broker.port())) {
                leaving.send(RawClient.packet(0x10, "MQTT", 4, 0x06, 0, 60, "leaving-will", "will/leaving", "gone"))
                        .read();
                leaving.send(RawClient.packet(0xE0)).readUntilClosed();
            }
            try (RawClient vanishing = new RawClient(broker.port())) {
                vanishing
                        .send(RawClient.packet(0x10, "MQTT", 4, 0x06, 0, 60, "vanishing", "will/vanishing", "gone"))
                        .read();
            }

            assertThat(watcher.next().getTopic()).hasToString("will/vanishing");
        }
    }
}
