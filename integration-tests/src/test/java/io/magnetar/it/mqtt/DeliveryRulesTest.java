package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.client.RawDialect;
import io.magnetar.it.client.RawProperties;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The exchanges of QoS 0, 1 and 2 in both directions: MQTT 5.0 sections 4.3 to 4.6 and 4.9, MQTT 3.1.1 the same. */
@ExtendWith(MqttExtension.class)
class DeliveryRulesTest {
    private static final int PUBACK = 4;
    private static final int PUBREC = 5;
    private static final int PUBREL = 6;
    private static final int PUBCOMP = 7;
    private static final int DISCONNECT = 14;

    private static RawClient connected(MqttBroker broker, RawDialect dialect, String clientId) throws IOException {
        RawClient client = new RawClient(broker.port());
        client.send(dialect.connect(clientId + "-" + dialect)).read();
        return client;
    }

    @ParameterizedTest
    @EnumSource
    void sendsEachQosAsItShouldBeAndTheFlagsOfNoOther(RawDialect dialect, MqttBroker broker) throws Exception {
        // [MQTT-2.2.1-2], [MQTT-3.3.1-3], [MQTT-4.3.1-1], [MQTT-4.3.2-2], [MQTT-4.3.3-2]
        // 3.1.1: [MQTT-2.3.1-5], [MQTT-3.3.1-3], [MQTT-4.3.1-1], [MQTT-4.3.2-1], [MQTT-4.3.3-1]
        try (RawClient client = connected(broker, dialect, "flags");
                RawClient publisher = connected(broker, dialect, "flags-publisher")) {
            client.send(dialect.subscribe(1, "flags/x", 2)).read();

            publisher.send(dialect.publish(0, "flags/x", 0, "0"));
            publisher.send(dialect.publish(0x0A, "flags/x", 1, "1"));
            publisher.send(dialect.publish(0x0C, "flags/x", 2, "2"));

            RawPacket zero = client.read();
            assertThat(zero.header()).isEqualTo(0x30);
            assertThat(dialect.text(zero)).isEqualTo("0");
            assertThat(client.read().header()).isEqualTo(0x32);
            assertThat(client.read().header()).isEqualTo(0x34);
        }
    }

    @ParameterizedTest
    @EnumSource
    void givesEachMessageAPacketIdentifierOfItsOwn(RawDialect dialect, MqttBroker broker) throws Exception {
        // [MQTT-2.2.1-4], [MQTT-4.3.2-1], [MQTT-4.3.3-1], 3.1.1: [MQTT-2.3.1-4]
        try (RawClient client = connected(broker, dialect, "own-ids");
                RawClient publisher = connected(broker, dialect, "own-ids-publisher")) {
            client.send(dialect.subscribe(1, "own-ids/#", 2)).read();
            for (int i = 1; i <= 100; i++) {
                publisher.send(dialect.publish(i % 2 == 0 ? 2 : 4, "own-ids/x", i, "x"));
            }

            Set<Integer> ids = new HashSet<>();
            for (int i = 0; i < 100; i++) {
                ids.add(client.read().packetId());
            }

            assertThat(ids).hasSize(100).doesNotContain(0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void sendsNothingAgainOnALiveConnection(RawDialect dialect, MqttBroker broker) throws Exception {
        // [MQTT-4.4.0-1]: a connection that lives is no reason
        try (RawClient client = connected(broker, dialect, "not-again")) {
            client.send(dialect.subscribe(1, "not-again/" + dialect, 2)).read();
            client.send(dialect.publish(2, "not-again/" + dialect, 1, "x"));
            List<Integer> types = List.of(client.read().type(), client.read().type());
            assertThat(types).containsExactlyInAnyOrder(3, PUBACK);

            await().pollDelay(Duration.ofSeconds(2)).until(() -> true);

            assertThat(client.send(RawClient.packet(0xC0)).read().header()).isEqualTo(0xD0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void goesThroughTheWholeExchangeOfQos2(RawDialect dialect, MqttBroker broker) throws Exception {
        // [MQTT-4.3.3-4], [MQTT-4.3.3-12], [MQTT-4.3.2-5], 3.1.1: [MQTT-4.3.3-1], [MQTT-4.3.3-2], [MQTT-4.3.2-2]
        String topic = "whole/" + dialect;
        try (RawClient client = connected(broker, dialect, "whole");
                RawClient publisher = connected(broker, dialect, "whole-publisher")) {
            client.send(dialect.subscribe(1, topic, 2)).read();
            publisher.send(dialect.publish(4, topic, 3, "first"));
            assertThat(publisher.read().type()).isEqualTo(PUBREC);
            publisher.send(dialect.publish(0x0C, topic, 3, "first"));
            assertThat(publisher.read().type()).isEqualTo(PUBREC);
            publisher.send(RawDialect.acknowledge(PUBREL, 3));
            assertThat(publisher.read().type()).isEqualTo(PUBCOMP);
            publisher.send(dialect.publish(0x0C, topic, 3, "second, though DUP is set"));
            publisher.send(dialect.publish(2, topic, 4, "third"));
            publisher.send(dialect.publish(0x0A, topic, 4, "fourth"));

            List<String> texts = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                RawPacket publish = client.read();
                texts.add(dialect.text(publish));
                if (publish.qos() == 2) {
                    client.send(RawDialect.acknowledge(PUBREC, publish.packetId()));
                    RawPacket pubRel = client.read();
                    while (pubRel.type() != PUBREL) {
                        texts.add(dialect.text(pubRel));
                        i++;
                        pubRel = client.read();
                    }
                    assertThat(pubRel.header()).isEqualTo(0x62);
                    assertThat(pubRel.packetId()).isEqualTo(publish.packetId());
                }
            }
            assertThat(texts).containsExactly("first", "second, though DUP is set", "third", "fourth");
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersInTheOrderOfThePublishes(RawDialect dialect, MqttBroker broker) throws Exception {
        // [MQTT-4.6.0-5], 3.1.1: [MQTT-4.6.0-5], [MQTT-4.6.0-6]
        try (RawClient client = connected(broker, dialect, "ordered")) {
            client.send(dialect.subscribe(1, "ordered/" + dialect, 1)).read();
            for (int i = 1; i <= 50; i++) {
                client.send(dialect.publish(2, "ordered/" + dialect, i, Integer.toString(i)));
            }

            List<Integer> answered = new ArrayList<>();
            List<Integer> delivered = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                RawPacket packet = client.read();
                if (packet.type() == PUBACK) {
                    answered.add(packet.packetId());
                } else {
                    delivered.add(Integer.parseInt(dialect.text(packet)));
                }
            }
            assertThat(answered).isSorted().hasSize(50);
            assertThat(delivered).isSorted().hasSize(50);
        }
    }

    @ParameterizedTest
    @EnumSource
    void completesWhatItBeganToDeliverBeforeUnsubscribe(RawDialect dialect, MqttBroker broker) throws Exception {
        // [MQTT-3.10.4-3], 3.1.1: [MQTT-3.10.4-3]
        try (RawClient client = connected(broker, dialect, "completes");
                RawClient publisher = connected(broker, dialect, "completes-publisher")) {
            client.send(dialect.subscribe(1, "completes/x", 2)).read();
            publisher.send(dialect.publish(4, "completes/x", 1, "x")).read();
            RawPacket publish = client.read();
            assertThat(client.send(dialect.unsubscribe(2, "completes/x")).read().type())
                    .isEqualTo(11);

            client.send(RawDialect.acknowledge(PUBREC, publish.packetId()));

            RawPacket pubRel = client.read();
            assertThat(pubRel.type()).isEqualTo(PUBREL);
            assertThat(pubRel.packetId()).isEqualTo(publish.packetId());
        }
    }

    @Test
    void takesAnErrorForTheEndOfADelivery(MqttBroker broker) throws Exception { // [MQTT-4.4.0-2]
        byte[] receiveMaximumOfOne = RawProperties.twoBytes(RawProperties.RECEIVE_MAXIMUM, 1);
        try (RawClient client = new RawClient(broker.port());
                RawClient publisher = connected(broker, RawDialect.MQTT_5, "errors-publisher")) {
            client.send(RawClient.connect5("errors", 60, receiveMaximumOfOne)).read();
            client.send(RawClient.subscribe5("errors/x", 2)).read();
            publisher.send(RawClient.publish5("errors/x", 2, 1, "refused at QoS 2"));
            publisher.send(RawClient.publish5("errors/x", 1, 2, "refused at QoS 1"));
            publisher.send(RawClient.publish5("errors/x", 1, 3, "last"));

            RawPacket first = client.read();
            client.send(RawClient.packet(0x50, first.packetId() >> 8, first.packetId() & 0xFF, 0x83));
            RawPacket second = client.read();
            client.send(RawClient.packet(0x40, second.packetId() >> 8, second.packetId() & 0xFF, 0x97));
            RawPacket third = client.read();

            assertThat(first.payload5()).isEqualTo("refused at QoS 2");
            assertThat(second.payload5()).isEqualTo("refused at QoS 1");
            assertThat(third.payload5()).isEqualTo("last");
        }
    }

    @Test
    void takesTheIdentifierOfARefusedMessageForANewOne(MqttBroker broker) throws Exception { // [MQTT-4.3.3-9]
        try (RawClient client = connected(broker, RawDialect.MQTT_5, "refused-2")) {
            client.send(RawClient.subscribe5("refused-2/x", 0)).read();
            RawPacket pubRec =
                    client.send(RawClient.publish5("$SYS/x", 2, 1, "no")).read();
            assertThat(pubRec.at(2)).isEqualTo(0x87);

            client.send(RawClient.publish5("refused-2/x", 2, 1, "yes"));

            assertThat(List.of(client.read().type(), client.read().type())).containsExactlyInAnyOrder(3, PUBREC);
        }
    }

    @Test
    void keepsWithinTheWindowAndAnswersEverythingElse(MqttBroker broker) throws Exception {
        // [MQTT-3.3.4-9], [MQTT-3.3.4-10], [MQTT-4.9.0-1], [MQTT-4.9.0-2], [MQTT-4.9.0-3], [MQTT-4.3.3-3],
        // [MQTT-4.3.3-5]
        RawDialect five = RawDialect.MQTT_5;
        try (RawClient client = new RawClient(broker.port());
                RawClient publisher = connected(broker, five, "quota-publisher")) {
            client.send(RawClient.connect5("quota", 60, RawProperties.twoBytes(RawProperties.RECEIVE_MAXIMUM, 2)))
                    .read();
            client.send(RawClient.subscribe5("quota/x", 2)).read();
            for (int i = 1; i <= 4; i++) {
                publisher.send(five.publish(4, "quota/x", i, "message " + i)).read();
            }
            RawPacket first = client.read();
            RawPacket second = client.read();

            assertThat(client.send(RawClient.packet(0xC0)).read().header()).isEqualTo(0xD0);
            assertThat(client.send(five.subscribe(7, "quota/y", 0)).read().header())
                    .isEqualTo(0x90);
            assertThat(client.send(five.publish(2, "quota/other", 8, "x"))
                            .read()
                            .type())
                    .isEqualTo(PUBACK);
            client.send(RawDialect.acknowledge(PUBREC, first.packetId()));
            assertThat(client.read().type()).isEqualTo(PUBREL);
            assertThat(client.send(RawClient.packet(0xC0)).read().header())
                    .as("PUBREC gives no quota back")
                    .isEqualTo(0xD0);
            client.send(RawDialect.acknowledge(PUBCOMP, first.packetId()));
            assertThat(client.read().payload5()).isEqualTo("message 3");
            assertThat(second.payload5()).isEqualTo("message 2");
        }
    }

    @Test
    void endsTheConnectionOfAPublisherBeyondItsWindow(MqttBroker broker) throws Exception { // [MQTT-3.3.4-7]
        try (RawClient client = connected(broker, RawDialect.MQTT_5, "beyond")) {
            for (int i = 1; i <= 1_000; i++) {
                client.send(RawClient.publish5("beyond/x", 2, i, "x"));
            }
            for (int i = 1; i <= 1_000; i++) {
                assertThat(client.read().type()).isEqualTo(PUBREC);
            }

            RawPacket farewell =
                    client.send(RawClient.publish5("beyond/x", 1, 1_001, "x")).read();

            assertThat(farewell.type()).isEqualTo(DISCONNECT);
            assertThat(farewell.at(0)).isEqualTo(0x93);
        }
    }

    @Test
    void goesOnWithTheExchangeOfAMessageThatHasExpired(MqttBroker broker) throws Exception {
        // [MQTT-4.3.3-7], [MQTT-4.3.3-13]
        byte[] soon = RawProperties.fourBytes(RawProperties.MESSAGE_EXPIRY_INTERVAL, 2);
        try (RawClient client = connected(broker, RawDialect.MQTT_5, "expired-exchange");
                RawClient publisher = connected(broker, RawDialect.MQTT_5, "expired-exchange-publisher")) {
            client.send(RawClient.subscribe5("expired-exchange/x", 2)).read();
            publisher
                    .send(RawClient.publish5("expired-exchange/x", 2, 1, "x", soon))
                    .read();
            RawPacket publish = client.read();

            await().pollDelay(Duration.ofMillis(2_200)).until(() -> true);

            client.send(RawDialect.acknowledge(PUBREC, publish.packetId()));
            assertThat(client.read().type()).isEqualTo(PUBREL);
            publisher.send(RawDialect.acknowledge(PUBREL, 1));
            assertThat(publisher.read().body()).containsExactly(0, 1);
        }
    }

    @Test
    void answersAcknowledgementsOfWhatItDoesNotKnow(MqttBroker broker) throws Exception {
        // [MQTT-3.6.2-1], [MQTT-3.7.2-1], [MQTT-3.6.2-2], [MQTT-3.7.2-2], [MQTT-3.6.2-3], [MQTT-3.7.2-3]
        try (RawClient client = connected(broker, RawDialect.MQTT_5, "unknown-acks")) {
            client.send(RawDialect.acknowledge(PUBACK, 77));
            client.send(RawDialect.acknowledge(PUBCOMP, 77));

            RawPacket pubRel = client.send(RawDialect.acknowledge(PUBREC, 77)).read();
            RawPacket pubComp = client.send(RawDialect.acknowledge(PUBREL, 78)).read();

            assertThat(pubRel.header()).isEqualTo(0x62);
            assertThat(pubRel.body()).containsExactly(0, 77, 0x92, 0);
            assertThat(pubComp.header()).isEqualTo(0x70);
            assertThat(pubComp.body()).containsExactly(0, 78, 0x92, 0);
        }
    }
}
