package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.client.RawDialect;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Packets whose packet identifier another one has: MQTT 5.0 sections 2.2.1, 3.9.3 and 3.11.3, MQTT 3.1.1 section 2.3.1.
 * What a durable session subscribes to is answered when a log has it, so packets that come together find the first one
 * unanswered.
 */
@ExtendWith(MqttExtension.class)
class PacketIdentifierTest {
    private static final int PUBACK = 4;
    private static final int PUBREC = 5;
    private static final int PUBREL = 6;
    private static final int PUBCOMP = 7;
    private static final int SUBACK = 9;
    private static final int UNSUBACK = 11;

    private static int inUse(RawDialect dialect) {
        return dialect == RawDialect.MQTT_5 ? 0x91 : 0x80;
    }

    private static RawClient durable(MqttBroker broker, RawDialect dialect, String clientId) throws Exception {
        RawClient client = new RawClient(broker.port());
        client.send(dialect.connectDurable(clientId + dialect)).read();
        return client;
    }

    private static RawPacket read(RawClient client, int type, int packetId) throws Exception {
        RawPacket packet = client.read();
        assertThat(packet.type()).isEqualTo(type);
        assertThat(packet.packetId()).isEqualTo(packetId);
        return packet;
    }

    @ParameterizedTest
    @EnumSource
    void refusesEachFilterOfASubscribeWhoseIdentifierAnEarlierOneHas(RawDialect dialect, MqttBroker broker)
            throws Exception { // [MQTT-2.2.1-3], 3.1.1: [MQTT-2.3.1-2]
        try (RawClient client = durable(broker, dialect, "id-subscribe-")) {
            client.send(RawClient.bytes(
                    dialect.subscribe(7, "id/sub/first", 1), dialect.subscribe(7, "id/sub/a", 0, "id/sub/b", 2)));

            RawPacket refused = read(client, SUBACK, 7);
            assertThat(dialect.codes(refused)).containsExactly(inUse(dialect), inUse(dialect));
            if (dialect == RawDialect.MQTT_5) {
                assertThat(refused.properties(2).reason())
                        .hasValueSatisfying(why -> assertThat(why).contains("identifier 7"));
            }
            assertThat(dialect.codes(read(client, SUBACK, 7))).containsExactly(1);

            client.send(dialect.publish(0, "id/sub/a", 0, "nobody's"));
            client.send(dialect.publish(0, "id/sub/first", 0, "taken"));
            assertThat(dialect.text(client.read()))
                    .as("what was refused is not subscribed to")
                    .isEqualTo("taken");
            client.send(dialect.subscribe(7, "id/sub/a", 0));
            assertThat(dialect.codes(read(client, SUBACK, 7))).as("free again").containsExactly(0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersTheSameSubscribeAgainOnceWhereItMayBeSentAgain(RawDialect dialect, MqttBroker broker) throws Exception {
        // [MQTT-4.4.0-1]: MQTT 5 has no such sending again
        // 3.1.1: [MQTT-2.3.1-3]
        try (RawClient client = durable(broker, dialect, "id-again-")) {
            byte[] subscribe = dialect.subscribe(7, "id/again", 1);
            client.send(RawClient.bytes(subscribe, subscribe));

            if (dialect == RawDialect.MQTT_5) {
                assertThat(dialect.codes(read(client, SUBACK, 7))).containsExactly(0x91);
            }
            assertThat(dialect.codes(read(client, SUBACK, 7))).containsExactly(1);
            assertThat(client.send(RawClient.packet(0xC0)).read().header())
                    .as("no more answers")
                    .isEqualTo(0xD0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesNoUnsubscribeWhoseIdentifierASubscribeHas(RawDialect dialect, MqttBroker broker)
            throws Exception { // [MQTT-2.2.1-3], 3.1.1: [MQTT-2.3.1-2], [MQTT-4.8.0-1]
        try (RawClient client = durable(broker, dialect, "id-unsubscribe-")) {
            client.send(dialect.subscribe(1, "id/unsub", 0, "id/unsub/other", 0))
                    .read();

            client.send(RawClient.bytes(
                    dialect.subscribe(7, "id/unsub/more", 0), dialect.unsubscribe(7, "id/unsub", "id/unsub/other")));

            if (dialect == RawDialect.MQTT_3_1_1) {
                client.readUntilClosed();
                return;
            }
            RawPacket refused = read(client, UNSUBACK, 7);
            assertThat(dialect.codes(refused)).containsExactly(0x91, 0x91);
            assertThat(refused.properties(2).reason()).isPresent();
            read(client, SUBACK, 7);
            client.send(dialect.publish(0, "id/unsub", 0, "still"));
            assertThat(dialect.text(client.read())).isEqualTo("still");
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesASubscribeWhoseIdentifierAnUnsubscribeHas(RawDialect dialect, MqttBroker broker) throws Exception {
        try (RawClient client = durable(broker, dialect, "id-unsubscribing-")) {
            client.send(dialect.subscribe(1, "id/unsubscribing", 0)).read();

            client.send(RawClient.bytes(
                    dialect.unsubscribe(7, "id/unsubscribing"), dialect.subscribe(7, "id/unsubscribing/x", 0)));

            assertThat(dialect.codes(read(client, SUBACK, 7))).containsExactly(inUse(dialect));
            read(client, UNSUBACK, 7);
        }
    }

    @ParameterizedTest
    @CsvSource({"MQTT_5, 2", "MQTT_5, 4", "MQTT_3_1_1, 2", "MQTT_3_1_1, 4"})
    void takesNoPublishWhoseIdentifierASubscribeHas(RawDialect dialect, int flags, MqttBroker broker)
            throws Exception { // [MQTT-2.2.1-3], 3.1.1: [MQTT-2.3.1-2], [MQTT-4.8.0-1]
        try (RawClient witness = new RawClient(broker.port());
                RawClient client = durable(broker, dialect, "id-publishing-" + flags)) {
            String topic = "id/publishing/" + dialect + flags;
            witness.send(dialect.connect("id-witness-" + dialect + flags)).read();
            witness.send(dialect.subscribe(1, topic, 0)).read();

            client.send(RawClient.bytes(
                    dialect.subscribe(7, "id/publishing", 1), dialect.publish(flags, topic, 7, "refused")));

            if (dialect == RawDialect.MQTT_3_1_1) {
                client.readUntilClosed();
            } else {
                RawPacket refused = read(client, flags == 2 ? PUBACK : PUBREC, 7);
                assertThat(refused.at(2)).isEqualTo(0x91);
                assertThat(refused.properties(3).reason())
                        .hasValueSatisfying(why -> assertThat(why).contains("identifier 7"));
                read(client, SUBACK, 7);
                client.send(dialect.publish(flags, topic, 7, "taken"));
                assertThat(read(client, flags == 2 ? PUBACK : PUBREC, 7).body())
                        .as("free again")
                        .hasSize(2);
                if (flags == 4) {
                    client.send(RawDialect.acknowledge(PUBREL, 7));
                    read(client, PUBCOMP, 7);
                }
            }
            witness.send(dialect.publish(0, topic, 0, "last"));
            List<String> delivered = new ArrayList<>(List.of(dialect.text(witness.read())));
            if (dialect == RawDialect.MQTT_5) {
                delivered.add(dialect.text(witness.read()));
            }
            assertThat(delivered)
                    .as("what was refused is not delivered; two publishers have no order")
                    .containsExactlyInAnyOrderElementsOf(
                            dialect == RawDialect.MQTT_5 ? List.of("taken", "last") : List.of("last"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesNoPublishWhoseIdentifierAnUnsubscribeHas(RawDialect dialect, MqttBroker broker) throws Exception {
        try (RawClient client = durable(broker, dialect, "id-unsubscribed-")) {
            client.send(dialect.subscribe(1, "id/unsubscribed", 0)).read();

            client.send(RawClient.bytes(
                    dialect.unsubscribe(7, "id/unsubscribed"), dialect.publish(2, "id/unsubscribed/x", 7, "x")));

            if (dialect == RawDialect.MQTT_3_1_1) {
                client.readUntilClosed();
            } else {
                assertThat(read(client, PUBACK, 7).at(2)).isEqualTo(0x91);
                read(client, UNSUBACK, 7);
            }
        }
    }

    @Test
    void endsTheConnectionOfAnOlderClientWhosePublishHasTheIdentifierOfAnother(MqttBroker broker) throws Exception {
        RawDialect dialect = RawDialect.MQTT_3_1_1; // 3.1.1: [MQTT-2.3.1-2], [MQTT-4.8.0-1]
        try (RawClient client = new RawClient(broker.port())) {
            client.send(dialect.connect("id-both")).read();
            client.send(dialect.publish(4, "id/both", 7, "x"));
            read(client, PUBREC, 7);

            client.send(dialect.publish(2, "id/both", 7, "y"));

            assertThat(client.readUntilClosed()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesASubscribeWhoseIdentifierAnUnansweredPublishHas(
            RawDialect dialect, EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        String stream = dialect == RawDialect.MQTT_5 ? "id-five" : "id-three";
        Streams.create(pulsar, broker, stream, stream + "/#", 1);
        try (RawClient client = new RawClient(broker.port())) {
            client.send(dialect.connect("id-publish-" + dialect)).read();

            client.send(RawClient.bytes(
                    dialect.publish(2, stream + "/x", 7, "kept"), dialect.subscribe(7, "id/publish", 1)));

            assertThat(dialect.codes(read(client, SUBACK, 7))).containsExactly(inUse(dialect));
            read(client, PUBACK, 7);
            client.send(dialect.subscribe(7, "id/publish", 1));
            assertThat(dialect.codes(read(client, SUBACK, 7))).containsExactly(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesASubscribeUntilTheExchangeOfQos2WithItsIdentifierIsComplete(RawDialect dialect, MqttBroker broker)
            throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            client.send(dialect.connect("id-exchange-" + dialect)).read();
            client.send(dialect.publish(4, "id/exchange", 7, "x"));
            read(client, PUBREC, 7);

            client.send(dialect.subscribe(7, "id/exchange", 2));
            assertThat(dialect.codes(read(client, SUBACK, 7))).isEqualTo(List.of(inUse(dialect)));
            client.send(RawDialect.acknowledge(PUBREL, 7));
            read(client, PUBCOMP, 7);
            client.send(dialect.subscribe(7, "id/exchange", 2));
            assertThat(dialect.codes(read(client, SUBACK, 7))).containsExactly(2);
        }
    }
}
