package io.magnetar.it.mqtt;

import static io.magnetar.it.client.DurableClients.connect;
import static io.magnetar.it.client.DurableClients.connect5;
import static io.magnetar.it.client.DurableClients.durable;
import static io.magnetar.it.client.DurableClients.packetId;
import static io.magnetar.it.client.DurableClients.sessionPresent;
import static io.magnetar.it.client.DurableClients.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.GroupMember;
import io.magnetar.it.client.PahoPayloads;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shared subscriptions with durable members: MQTT 5.0 section 4.8.2. */
@ExtendWith(MqttExtension.class)
class DurableGroupTest {
    private static final int DUP = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    private static void publish(MqttBroker broker, String topic, List<String> texts, MqttQos qos) {
        try (Device publisher = Device.connect(broker.port(), "group-publisher-" + topic)) {
            texts.forEach(text -> publisher.publish(topic, text, qos));
        }
    }

    /** Makes a durable member of a group that is not connected. */
    private static void away(MqttBroker broker, String clientId, String filter) {
        try (Device member = durable(broker.port(), clientId)) {
            assertThat(member.subscribe(filter, MqttQos.EXACTLY_ONCE).getCode()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = MqttQos.class,
            names = {"AT_LEAST_ONCE", "EXACTLY_ONCE"})
    void keepsWhatIsPublishedWhileAllMembersAreAway(MqttQos qos, MqttBroker broker) throws Exception {
        String topic = "group/away/" + qos.getCode();
        away(broker, "group-away-" + qos.getCode(), "$share/g/" + topic);
        publish(broker, topic, numbers(300), qos);

        try (Device back = durable(broker.port(), "group-away-" + qos.getCode())) {
            assertThat(back.next(300)).isEqualTo(numbers(300));
            publish(broker, topic, List.of("live"), qos);
            assertThat(back.next(1)).containsExactly("live");
        }
    }

    @Test
    void dealsTheBacklogToAllWhoComeBack(MqttBroker broker) throws Exception {
        away(broker, "group-deal-1", "$share/g/group/deal/#");
        away(broker, "group-deal-2", "$share/g/group/deal/#");
        publish(broker, "group/deal/a", numbers(200), MqttQos.AT_LEAST_ONCE);
        publish(broker, "group/deal/b", List.of("end"), MqttQos.AT_LEAST_ONCE);

        try (GroupMember first = new GroupMember(broker.port(), "group-deal-1");
                GroupMember second = new GroupMember(broker.port(), "group-deal-2")) {
            List<String> expected = new ArrayList<>(numbers(200));
            expected.add("end");
            await().atMost(PATIENCE)
                    .until(() -> first.texts().size() + second.texts().size() >= 201);
            List<String> got = new ArrayList<>(first.texts());
            got.addAll(second.texts());
            assertThat(got).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void givesTheBacklogToAnyMemberThatJoins(MqttBroker broker) throws Exception {
        away(broker, "group-joins", "$share/g/group/joins");
        publish(broker, "group/joins", numbers(50), MqttQos.AT_LEAST_ONCE);

        try (Device transientMember = Device.connect(broker.port(), "group-joins-transient")) {
            transientMember.subscribe("$share/g/group/joins", MqttQos.AT_MOST_ONCE);
            assertThat(transientMember.next(50)).isEqualTo(numbers(50));
        }
    }

    @Test
    void completesQos2WithTheMemberThatComesBack(MqttBroker broker) throws Exception { // [MQTT-4.8.2-4]
        try (RawClient member = new RawClient(broker.port())) {
            connect(member, connect5("group-qos2", true, 500));
            member.send(RawClient.subscribe5("$share/g/group/qos2", 2)).read();
            publish(broker, "group/qos2", List.of("sent", "received"), MqttQos.EXACTLY_ONCE);
            RawPacket sent = member.read();
            RawPacket received = member.read();
            assertThat(List.of(text(sent), text(received))).containsExactly("sent", "received");
            member.send(RawClient.packet(0x50, packetId(received)));
            assertThat(member.read().type()).as("PUBREL").isEqualTo(6);

            try (Device other = Device.connect(broker.port(), "group-qos2-other")) {
                other.subscribe("$share/g/group/qos2", MqttQos.EXACTLY_ONCE);
                member.close();
                publish(broker, "group/qos2", List.of("other"), MqttQos.EXACTLY_ONCE);
                assertThat(Device.text(other.next())).isEqualTo("other");
            }

            try (RawClient back = new RawClient(broker.port())) {
                assertThat(sessionPresent(connect(back, connect5("group-qos2", false, 500))))
                        .isTrue();
                RawPacket release = back.read();
                assertThat(release.type()).as("PUBREL again").isEqualTo(6);
                assertThat(release.body()).startsWith(packetId(received));
                RawPacket again = back.read();
                assertThat(text(again)).isEqualTo("sent");
                assertThat(packetId(again)).isEqualTo(packetId(sent));
                assertThat(again.header() & DUP).isEqualTo(DUP);
            }
        }
    }

    @Test
    void givesNobodyElseWhatItsMemberHadAtQos2WhenTheSessionEnds(MqttBroker broker) throws Exception { // [MQTT-4.8.2-5]
        away(broker, "group-qos2-ends-keeper", "$share/g/group/qos2-ends");
        try (RawClient member = new RawClient(broker.port())) {
            connect(member, connect5("group-qos2-ends", true, 500));
            member.send(RawClient.subscribe5("$share/g/group/qos2-ends", 2)).read();
            publish(broker, "group/qos2-ends", List.of("had"), MqttQos.EXACTLY_ONCE);
            assertThat(text(member.read())).isEqualTo("had");
        }
        try (RawClient anew = new RawClient(broker.port())) {
            assertThat(sessionPresent(connect(anew, connect5("group-qos2-ends", true, 500))))
                    .isFalse();
        }
        publish(broker, "group/qos2-ends", List.of("next"), MqttQos.EXACTLY_ONCE);

        try (Device keeper = durable(broker.port(), "group-qos2-ends-keeper")) {
            assertThat(Device.text(keeper.next())).isEqualTo("next");
        }
    }

    @Test
    void givesQos1ToAnotherWhenItsMemberLeavesWithoutAnAcknowledgement(MqttBroker broker) throws Exception {
        try (Device other = durable(broker.port(), "group-leaves-other")) {
            try (RawClient member = new RawClient(broker.port())) {
                connect(member, connect5("group-leaves", true, 500));
                member.send(RawClient.subscribe5("$share/g/group/leaves", 1)).read();
                publish(broker, "group/leaves", List.of("one", "two"), MqttQos.AT_LEAST_ONCE);
                assertThat(List.of(text(member.read()), text(member.read()))).containsExactly("one", "two");
                other.subscribe("$share/g/group/leaves", MqttQos.AT_LEAST_ONCE);
            }

            assertThat(other.next(2)).containsExactly("one", "two");
        }
    }

    @Test
    void aMessageThatItsMemberRefusesIsGone(MqttBroker broker) throws Exception { // [MQTT-4.8.2-6]
        try (RawClient member = new RawClient(broker.port())) {
            connect(member, connect5("group-refuses", true, 500));
            member.send(RawClient.subscribe5("$share/g/group/refuses", 2)).read();
            publish(broker, "group/refuses", List.of("one", "two"), MqttQos.EXACTLY_ONCE);
            publish(broker, "group/refuses", List.of("three"), MqttQos.AT_LEAST_ONCE);
            for (int i = 0; i < 3; i++) {
                RawPacket publish = member.read();
                boolean atLeastOnce = publish.qos() == 1;
                member.send(RawClient.packet(atLeastOnce ? 0x40 : 0x50, packetId(publish), 0x80));
            }
            publish(broker, "group/refuses", List.of("four"), MqttQos.AT_LEAST_ONCE);
            assertThat(text(member.read())).isEqualTo("four");
        }
        try (Device back = durable(broker.port(), "group-refuses")) {
            assertThat(back.next(1)).as("what was not acknowledged").containsExactly("four");
        }
    }

    @Test
    void sendsRetainAndIdentifierAsTheMemberAskedFor(MqttBroker broker) throws Exception {
        away(broker, "group-options-keeper", "$share/g/group/options");
        try (Device publisher = Device.connect(broker.port(), "group-options-publisher");
                Device member = Device.connect(broker.port(), "group-options")) {
            publisher
                    .client()
                    .publish(Mqtt5Publish.builder()
                            .topic("group/options")
                            .payload("retained".getBytes(UTF_8))
                            .qos(MqttQos.AT_LEAST_ONCE)
                            .retain(true)
                            .build());
            member.subscribe(Mqtt5Subscribe.builder()
                    .topicFilter("$share/g/group/options")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .retainAsPublished(true)
                    .build());

            Mqtt5Publish got = member.next();
            assertThat(Device.text(got)).isEqualTo("retained");
            assertThat(got.isRetain()).isTrue();
            publisher.publish("group/options", "end", MqttQos.AT_LEAST_ONCE);
            assertThat(Device.text(member.next()))
                    .as("no retained message for a group")
                    .isEqualTo("end");
        }
    }

    @Test
    void serves311MembersWithoutCleanSession(MqttBroker broker) throws Exception {
        String uri = "tcp://127.0.0.1:" + broker.port();
        MqttConnectOptions keep = new MqttConnectOptions();
        keep.setCleanSession(false);
        MqttClient before = new MqttClient(uri, "group-311", new MemoryPersistence());
        before.connect(keep);
        before.subscribe("$share/g/group/311", 2);
        before.disconnect();
        before.close();
        publish(broker, "group/311", numbers(50), MqttQos.EXACTLY_ONCE);

        PahoPayloads payloads = new PahoPayloads(new ConcurrentLinkedQueue<>());
        MqttClient back = new MqttClient(uri, "group-311", new MemoryPersistence());
        back.setCallback(payloads);
        back.connect(keep);
        await().atMost(PATIENCE).until(() -> payloads.got().size() >= 50);
        assertThat(payloads.got()).containsExactlyElementsOf(numbers(50));
        back.unsubscribe("$share/g/group/311");
        back.disconnect();
        back.close();
    }

    @Test
    void endsWithItsLastDurableMember(MqttBroker broker) throws Exception {
        try (Device member = durable(broker.port(), "group-ends")) {
            member.subscribe("$share/g/group/ends", MqttQos.AT_LEAST_ONCE);
            member.client().unsubscribeWith().topicFilter("$share/g/group/ends").send();
            publish(broker, "group/ends", List.of("for nobody"), MqttQos.AT_LEAST_ONCE);
            member.subscribe("$share/g/group/ends", MqttQos.AT_LEAST_ONCE);
            publish(broker, "group/ends", List.of("for the new group"), MqttQos.AT_LEAST_ONCE);

            assertThat(Device.text(member.next())).isEqualTo("for the new group");
        }
    }

    @Test
    void goesOnForTheOthersWithoutALossWhenTheLastDurableMemberUnsubscribes(MqttBroker broker) throws Exception {
        try (Device durable = durable(broker.port(), "group-back");
                RawClient other = new RawClient(broker.port())) {
            durable.subscribe("$share/g/group/back", MqttQos.AT_MOST_ONCE);
            connect(other, connect5("group-back-other", true, 0));
            other.send(RawClient.subscribe5("$share/g/group/back", 1)).read();
            durable.subscribe("$share/g/group/back", MqttQos.AT_LEAST_ONCE);
            durable.client()
                    .unsubscribeWith()
                    .topicFilter("$share/g/group/back")
                    .send();
            publish(broker, "group/back", numbers(20), MqttQos.AT_LEAST_ONCE);

            List<String> got = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                RawPacket publish = other.read();
                got.add(text(publish));
                other.send(RawClient.packet(0x40, packetId(publish)));
            }
            assertThat(got).isEqualTo(numbers(20));
        }
    }
}
