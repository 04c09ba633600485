package io.magnetar.it.mqtt;

import static io.magnetar.it.client.RawProperties.TOPIC_ALIAS;
import static io.magnetar.it.client.RawProperties.TOPIC_ALIAS_MAXIMUM;
import static io.magnetar.it.client.RawProperties.twoBytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.client.RawProperties;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Topic aliases in both directions, MQTT 5.0 sections 3.1.2.11.5, 3.2.2.3.8 and 3.3.2.3.4. */
@ExtendWith(MqttExtension.class)
class TopicAliasTest {
    private static final int PUBACK = 4;
    private static final int DISCONNECT = 14;
    private static final int GRANTED = 64;

    @Test
    void saysHowManyAliasesAClientMayUse(MqttBroker broker) throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            RawPacket connAck =
                    client.send(RawClient.connect5("alias-granted", 60)).read();

            assertThat(connAck.properties(2).the(TOPIC_ALIAS_MAXIMUM)).isEqualTo((long) GRANTED);
        }
    }

    @Test
    void takesAnAliasForTheTopicItWasSetTo(MqttBroker broker) throws Exception { // [MQTT-3.3.2-12]
        try (RawClient client = new RawClient(broker.port());
                Device device = Device.connect(broker.port(), "alias-watcher")) {
            device.subscribe("alias/#", MqttQos.AT_LEAST_ONCE);
            client.send(RawClient.connect5("alias-sender", 60)).read();

            byte[] alias = twoBytes(TOPIC_ALIAS, GRANTED);
            client.send(RawClient.publish5("alias/first", 0, 0, "1", alias));
            client.send(RawClient.publish5("", 0, 0, "2", alias));
            client.send(RawClient.publish5("alias/other", 0, 0, "3", twoBytes(TOPIC_ALIAS, 1)));
            client.send(RawClient.publish5("", 1, 9, "4", alias, RawProperties.user("with", "more")));
            client.send(RawClient.publish5("alias/second", 0, 0, "5", alias));
            client.send(RawClient.publish5("", 0, 0, "6", alias));

            // The watching client hands messages of different QoS over in an order of its own.
            assertThat(List.of(text(device), text(device), text(device), text(device), text(device), text(device)))
                    .containsExactlyInAnyOrder(
                            "alias/first 1",
                            "alias/first 2",
                            "alias/other 3",
                            "alias/first 4",
                            "alias/second 5",
                            "alias/second 6");
            assertThat(client.read().type()).isEqualTo(PUBACK);
        }
    }

    private static String text(Device device) throws InterruptedException {
        Mqtt5Publish publish = device.next();
        return publish.getTopic() + " " + Device.text(publish);
    }

    @Test
    void keepsAliasesOfOneConnectionFromOthers(MqttBroker broker) throws Exception { // [MQTT-3.3.2-7]
        byte[] alias = twoBytes(TOPIC_ALIAS, 1);
        try (RawClient one = new RawClient(broker.port());
                RawClient other = new RawClient(broker.port())) {
            one.send(RawClient.connect5("alias-one", 60)).read();
            other.send(RawClient.connect5("alias-other", 60)).read();
            one.send(RawClient.publish5("alias-of-one", 1, 1, "x", alias)).read();

            RawPacket farewell =
                    other.send(RawClient.publish5("", 1, 1, "x", alias)).read();

            assertThat(farewell.type()).isEqualTo(DISCONNECT);
            assertThat(farewell.at(0)).isEqualTo(0x82);
        }
    }

    @Test
    void takesNoneWhenConfiguredSo(EmbeddedPulsar pulsar) throws Exception { // [MQTT-3.3.2-9]
        try (MqttBroker plain = MqttBroker.start(pulsar.broker(), Map.of("mqttTopicAliasMaximum", "0"));
                RawClient client = new RawClient(plain.port())) {
            RawPacket connAck = client.send(RawClient.connect5("no-alias", 60, twoBytes(TOPIC_ALIAS_MAXIMUM, 10)))
                    .read();
            assertThat(connAck.properties(2).has(TOPIC_ALIAS_MAXIMUM)).isFalse();
            client.send(RawClient.subscribe5("no-alias/x", 0)).read();
            for (int i = 0; i < 3; i++) {
                client.send(RawClient.publish5("no-alias/x", 0, 0, "x"));
                RawPacket publish = client.read();
                assertThat(publish.publishProperties().has(TOPIC_ALIAS)).isFalse();
            }

            RawPacket farewell = client.send(RawClient.publish5("a", 0, 0, "x", twoBytes(TOPIC_ALIAS, 1)))
                    .read();

            assertThat(farewell.at(0)).isEqualTo(0x94);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void leavesOutATopicThatRepeats(int qos, MqttBroker broker) throws Exception { // [MQTT-3.3.2-11]
        try (RawClient client = new RawClient(broker.port());
                Device device = Device.connect(broker.port(), "alias-publisher")) {
            client.send(RawClient.connect5("alias-taker", 60, twoBytes(TOPIC_ALIAS_MAXIMUM, 1)))
                    .read();
            client.send(RawClient.subscribe5("aliased/" + qos, qos)).read();
            List<RawPacket> got = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                device.publish("aliased/" + qos, "payload " + i, MqttQos.fromCode(qos));
                got.add(client.read());
            }

            assertThat(got).extracting(RawPacket::topic).containsExactly("aliased/" + qos, "aliased/" + qos, "", "");
            assertThat(got.get(0).publishProperties().has(TOPIC_ALIAS)).isFalse();
            assertThat(got.subList(1, 4))
                    .allSatisfy(
                            publish -> assertThat(publish.publishProperties().the(TOPIC_ALIAS))
                                    .isEqualTo(1L));
            assertThat(got)
                    .extracting(RawPacket::payload5)
                    .containsExactly("payload 0", "payload 1", "payload 2", "payload 3");
            assertThat(got).extracting(RawPacket::qos).containsOnly(qos);
        }
    }

    @Test
    void namesTheTopicOfEachQos2Message(MqttBroker broker) throws Exception {
        try (RawClient client = new RawClient(broker.port());
                Device device = Device.connect(broker.port(), "alias-publisher-2")) {
            client.send(RawClient.connect5("alias-taker-2", 60, twoBytes(TOPIC_ALIAS_MAXIMUM, 1)))
                    .read();
            client.send(RawClient.subscribe5("aliased/2", 2)).read();
            for (int i = 0; i < 4; i++) {
                device.publish("aliased/2", "x", MqttQos.EXACTLY_ONCE);
                RawPacket got = client.read();
                assertThat(got.topic()).isEqualTo("aliased/2");
                assertThat(got.publishProperties().has(TOPIC_ALIAS)).isFalse();
            }
        }
    }

    @Test
    void sharesItsAliasesAmongMoreTopicsThanItHas(MqttBroker broker) throws Exception { // [MQTT-3.1.2-26]
        Mqtt5Connect connect = Mqtt5Connect.builder()
                .restrictions()
                .topicAliasMaximum(2)
                .applyRestrictions()
                .build();
        try (Device taker = Device.connect(broker.port(), "alias-hivemq", connect);
                Device publisher = Device.connect(broker.port(), "alias-many")) {
            taker.subscribe("many/#", MqttQos.AT_LEAST_ONCE);
            List<String> expected = new ArrayList<>();
            List<String> got = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                String topic = "many/" + (i % 7 < 4 ? "hot" : "t" + i % 5);
                publisher.publish(topic, Integer.toString(i), MqttQos.AT_LEAST_ONCE);
                expected.add(topic + " " + i);
            }
            for (int i = 0; i < 60; i++) {
                got.add(text(taker));
            }

            assertThat(got).isEqualTo(expected);
        }
    }

    @Test
    void usesNoAliasTowardsAClientThatTakesNone(MqttBroker broker) throws Exception { // [MQTT-3.1.2-27]
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect5("alias-refuser", 60)).read();
            client.send(RawClient.subscribe5("unaliased", 0)).read();
            for (int i = 0; i < 4; i++) {
                client.send(RawClient.publish5("unaliased", 0, 0, "x"));
                RawPacket publish = client.read();
                assertThat(publish.topic()).isEqualTo("unaliased");
                assertThat(publish.publishProperties().has(TOPIC_ALIAS)).isFalse();
            }
        }
    }
}
