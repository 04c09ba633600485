package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import org.apache.bookkeeper.mledger.Position;
import org.apache.pulsar.broker.service.persistent.PersistentTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An acknowledgement is a promise: it leaves after every stream that wants the message has confirmed it. */
@ExtendWith(MqttExtension.class)
class AppendAcknowledgementTest {
    private static final int PUBACK = 4;
    private static final int PUBREC = 5;
    private static final int PUBCOMP = 7;

    @Test
    void acknowledgesAPublishOnlyWhenItsStreamHasIt(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "promise", "promise/#", 1);
        try (Device device = Device.connect(broker.port(), "promise-device")) {
            device.publish("promise/x", "first", MqttQos.AT_LEAST_ONCE);
            Position before = lastConfirmed(pulsar, "promise");
            for (int i = 0; i < 200; i++) {
                device.publish(
                        "promise/x", Integer.toString(i), i % 2 == 0 ? MqttQos.AT_LEAST_ONCE : MqttQos.EXACTLY_ONCE);

                Position after = lastConfirmed(pulsar, "promise");
                assertThat(after).isGreaterThan(before);
                before = after;
            }
        }
    }

    private static Position lastConfirmed(EmbeddedPulsar pulsar, String stream) {
        PersistentTopic partition = (PersistentTopic) pulsar.broker()
                .getBrokerService()
                .getTopicReference(Streams.pulsarTopic(stream) + "-partition-0")
                .orElseThrow();
        return partition.getManagedLedger().getLastConfirmedEntry();
    }

    @Test
    void answersWithAnErrorWhenAStreamDoesNotTakeTheMessage(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "terminated", "terminated/#", 1);
        pulsar.admin().topics().terminatePartitionedTopic(Streams.pulsarTopic("terminated"));
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect5("terminated-device", 0)).read();

            RawPacket pubAck = client.send(RawClient.packet(0x32, "terminated/x", 0, 9, 0, 1))
                    .read();
            RawPacket pubRec = client.send(RawClient.packet(0x34, "terminated/x", 0, 10, 0, 1))
                    .read();

            assertThat(pubAck.type()).isEqualTo(PUBACK);
            assertThat(pubAck.at(1)).isEqualTo(9);
            assertThat(pubAck.at(2)).as("reason code").isGreaterThanOrEqualTo(0x80);
            assertThat(pubRec.type()).isEqualTo(PUBREC);
            assertThat(pubRec.at(2)).as("reason code").isGreaterThanOrEqualTo(0x80);
            assertThat(client.send(RawClient.packet(0xC0)).read().header()).isEqualTo(0xD0);
        }
    }

    @Test
    void closesAnMqtt311ConnectionWhenAStreamDoesNotTakeTheMessage(EmbeddedPulsar pulsar, MqttBroker broker)
            throws Exception { // 3.1.1: [MQTT-4.8.0-2]
        Streams.create(pulsar, broker, "terminated-311", "terminated-311/#", 1);
        pulsar.admin().topics().terminatePartitionedTopic(Streams.pulsarTopic("terminated-311"));
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect311("terminated-311-device", 0)).read();

            client.send(RawClient.packet(0x32, "terminated-311/x", 0, 9, 1));

            assertThat(client.readUntilClosed()).as("bytes before the close").isZero();
        }
    }

    @Test
    void acknowledgesInTheOrderOfThePublishes(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        // [MQTT-4.6.0-2]: topics with a stream and without one in turn
        Streams.create(pulsar, broker, "in-order", "in-order/kept", 4);
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect5("in-order-device", 60)).read();
            for (int id = 1; id <= 200; id++) {
                String topic = id % 2 == 0 ? "in-order/live" : "in-order/kept";
                client.send(RawClient.packet(0x32, topic, 0, id, 0, 1));
            }

            for (int id = 1; id <= 200; id++) {
                RawPacket pubAck = client.read();
                assertThat(pubAck.type()).isEqualTo(PUBACK);
                assertThat(pubAck.at(1)).isEqualTo(id);
            }
        }
    }

    @Test
    void appendsAnExactlyOnceMessageOnceWhenItsPublishComesAgain(EmbeddedPulsar pulsar, MqttBroker broker)
            throws Exception {
        Streams.create(pulsar, broker, "exactly", "exactly/#", 1);
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect5("exactly-device", 60)).read();

            client.send(RawClient.packet(0x34, "exactly/x", 0, 7, 0, "once".getBytes(UTF_8)));
            client.send(RawClient.packet(0x3C, "exactly/x", 0, 7, 0, "once".getBytes(UTF_8)));
            assertThat(client.read().type()).isEqualTo(PUBREC);
            client.send(RawClient.packet(0x3C, "exactly/x", 0, 7, 0, "once".getBytes(UTF_8)));
            assertThat(client.read().type()).isEqualTo(PUBREC);
            client.send(RawClient.packet(0x62, 0, 7));
            int type = client.read().type();
            while (type == PUBREC) {
                type = client.read().type();
            }
            assertThat(type).isEqualTo(PUBCOMP);
        }

        assertThat(Streams.consume(pulsar, "exactly", 1)).hasSize(1);
    }

    @Test
    void appendsAMessageOfTheLargestPacketSize(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "largest", "largest/#", 1);
        try (Device device = Device.connect(broker.port(), "largest-device")) {
            device.publish("largest/x", "x".repeat((1 << 20) - 100), MqttQos.AT_LEAST_ONCE);
        }

        assertThat(Streams.consume(pulsar, "largest", 1))
                .singleElement()
                .satisfies(message -> assertThat(message.size()).isEqualTo((1 << 20) - 100));
    }
}
