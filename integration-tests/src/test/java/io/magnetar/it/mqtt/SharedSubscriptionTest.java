package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.DurableClients;
import io.magnetar.it.client.PahoPayloads;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Shared subscriptions: MQTT 5.0 section 4.8.2. */
@ExtendWith(MqttExtension.class)
class SharedSubscriptionTest {
    private static final int PUBLISH = 3;
    private static final byte[] RECEIVE_MAXIMUM_OF_ONE = {3, 0x21, 0, 1};

    private static List<String> numbers(int count) {
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add(Integer.toString(i));
        }
        return numbers;
    }

    @Test
    void connAckSaysThatTheyAreAvailable(MqttBroker broker) throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            RawPacket connAck =
                    client.send(RawClient.connect5("share-available", 60)).read();

            assertThat(connAck.body()).as("available unless said otherwise").doesNotContain(0x2A);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$share/",
                "$share/g",
                "$share/g/",
                "$share//a",
                "$share/g+/a",
                "$share/g#/a",
                "$share/g/a#",
                "$share//$s/earliest/a",
                "$share/g+/$s/earliest/a"
            })
    void refusesAMalformedOne(String filter, MqttBroker broker) throws Exception {
        // [MQTT-4.8.2-1], [MQTT-4.8.2-2]
        try (RawClient mqtt5 = new RawClient(broker.port());
                RawClient mqtt311 = new RawClient(broker.port())) {
            mqtt5.send(RawClient.connect5("share-malformed", 60)).read();
            mqtt311.send(RawClient.connect311("share-malformed-311", 60)).read();

            RawPacket subAck = mqtt5.send(RawClient.subscribe5(filter, 1)).read();
            RawPacket subAck311 =
                    mqtt311.send(RawClient.packet(0x82, 0, 1, filter, 1)).read();

            assertThat(subAck.at(subAck.body().length - 1)).isEqualTo(0x8F);
            assertThat(subAck311.at(2)).isEqualTo(0x80);
        }
    }

    @ParameterizedTest
    @EnumSource(MqttQos.class)
    void eachMessageGoesToOneMember(MqttQos qos, MqttBroker broker) throws Exception {
        String topic = "share/one/" + qos.getCode();
        try (Device publisher = Device.connect(broker.port(), "share-one-publisher");
                Device first = Device.connect(broker.port(), "share-one-first");
                Device second = Device.connect(broker.port(), "share-one-second");
                Device third = Device.connect(broker.port(), "share-one-third")) {
            for (Device member : List.of(first, second, third)) {
                assertThat(member.subscribe("$share/one/" + topic, qos).getCode())
                        .isEqualTo(qos.getCode());
            }
            for (String text : numbers(30)) {
                publisher.publish(topic, text, qos);
            }

            List<String> got = new ArrayList<>();
            for (Device member : List.of(first, second, third)) {
                List<String> texts = member.next(10);
                assertThat(texts).isSortedAccordingTo((a, b) -> Integer.parseInt(a) - Integer.parseInt(b));
                got.addAll(texts);
            }
            assertThat(got).containsExactlyInAnyOrderElementsOf(numbers(30));
        }
    }

    @Test
    void everyGroupAndEveryPlainSubscriptionGetsACopy(MqttBroker broker) throws Exception {
        try (Device publisher = Device.connect(broker.port(), "share-copies-publisher");
                Device device = Device.connect(broker.port(), "share-copies")) {
            device.subscribe("$share/a/copies/#", MqttQos.AT_LEAST_ONCE);
            device.subscribe("$share/b/copies/#", MqttQos.AT_LEAST_ONCE);
            device.subscribe(
                    "$share/a/copies/+", MqttQos.AT_LEAST_ONCE); // the same name, another filter: another group
            device.subscribe("copies/#", MqttQos.AT_LEAST_ONCE);
            device.subscribe("copies/+", MqttQos.AT_LEAST_ONCE);
            device.subscribe("copies-end", MqttQos.AT_LEAST_ONCE);

            publisher.publish("copies/x", "copy", MqttQos.AT_LEAST_ONCE);
            publisher.publish("copies-end", "end", MqttQos.AT_LEAST_ONCE);

            assertThat(device.next(5)).containsExactly("copy", "copy", "copy", "copy", "end");
        }
    }

    @Test
    void respectsQosIdentifierAndRetainAsPublishedOfTheMember(MqttBroker broker) throws Exception { // [MQTT-4.8.2-3]
        try (Device publisher = Device.connect(broker.port(), "share-options-publisher");
                Device member = Device.connect(broker.port(), "share-options")) {
            member.subscribe(Mqtt5Subscribe.builder()
                    .topicFilter("$share/options/options/#")
                    .qos(MqttQos.EXACTLY_ONCE)
                    .build());
            publisher.publish("options/x", "two", MqttQos.EXACTLY_ONCE);
            assertThat(member.next().getQos()).isEqualTo(MqttQos.EXACTLY_ONCE);

            member.subscribe("$share/options/options/#", MqttQos.AT_LEAST_ONCE); // [MQTT-3.8.4-3]
            publisher.publish("options/x", "two", MqttQos.EXACTLY_ONCE);
            publisher.publish("options/x", "zero", MqttQos.AT_MOST_ONCE);

            Mqtt5Publish lowered = member.next();
            assertThat(lowered.getQos()).isEqualTo(MqttQos.AT_LEAST_ONCE);
            assertThat(lowered.isRetain()).isFalse();
            assertThat(member.next().getQos()).isEqualTo(MqttQos.AT_MOST_ONCE);
        }
    }

    @Test
    void sendsTheSubscriptionIdentifier(MqttBroker broker) throws Exception { // [MQTT-3.3.4-3]
        try (Device publisher = Device.connect(broker.port(), "share-id-publisher");
                RawClient member = new RawClient(broker.port())) {
            member.send(RawClient.connect5("share-id", 60)).read();
            member.send(RawClient.packet(0x82, 0, 1, 2, 0x0B, 7, "$share/id/share-id", 1))
                    .read();

            publisher.publish("share-id", "x", MqttQos.AT_LEAST_ONCE);

            RawPacket publish = member.read();
            int properties = 2 + "share-id".length() + 2;
            assertThat(List.of(publish.at(properties), publish.at(properties + 1), publish.at(properties + 2)))
                    .containsExactly(2, 0x0B, 7);
        }
    }

    @Test
    void retainedMessagesAreNotSentToAMemberThatJoins(MqttBroker broker) throws Exception {
        try (Device device = Device.connect(broker.port(), "share-retained")) {
            device.client()
                    .publish(Mqtt5Publish.builder()
                            .topic("share-retained/x")
                            .payload("retained".getBytes(UTF_8))
                            .retain(true)
                            .build());

            device.subscribe("$share/retained/share-retained/#", MqttQos.AT_LEAST_ONCE);
            device.publish("share-retained/x", "live", MqttQos.AT_LEAST_ONCE);
            assertThat(Device.text(device.next())).isEqualTo("live");

            device.subscribe("share-retained/#", MqttQos.AT_LEAST_ONCE);
            assertThat(Device.text(device.next())).isEqualTo("retained");
        }
    }

    @Test
    void unsubscribingLeavesTheGroup(MqttBroker broker) throws Exception {
        try (Device publisher = Device.connect(broker.port(), "share-leave-publisher");
                Device first = Device.connect(broker.port(), "share-leave-first");
                Device second = Device.connect(broker.port(), "share-leave-second")) {
            first.subscribe("$share/leave/leave/x", MqttQos.AT_LEAST_ONCE);
            second.subscribe("$share/leave/leave/x", MqttQos.AT_LEAST_ONCE);

            int known = unsubscribe(first, "$share/leave/leave/x");
            int unknown = unsubscribe(first, "$share/leave/leave/x");
            for (String text : numbers(10)) {
                publisher.publish("leave/x", text, MqttQos.AT_LEAST_ONCE);
            }

            assertThat(second.next(10)).isEqualTo(numbers(10));
            assertThat(known).isZero();
            assertThat(unknown).isEqualTo(0x11);
        }
    }

    private static int unsubscribe(Device device, String filter) {
        return device.client()
                .unsubscribeWith()
                .topicFilter(filter)
                .send()
                .getReasonCodes()
                .get(0)
                .getCode();
    }

    @Test
    void whatALeavingMemberHasNotAcknowledgedGoesToAnotherInOrder(MqttBroker broker) throws Exception {
        try (Device publisher = Device.connect(broker.port(), "share-redeliver-publisher");
                RawClient silent = new RawClient(broker.port())) {
            silent.send(RawClient.connect5("share-redeliver-silent", 60)).read();
            silent.send(RawClient.subscribe5("$share/redeliver/redeliver/x", 1)).read();
            for (String text : numbers(10)) {
                publisher.publish("redeliver/x", text, MqttQos.AT_LEAST_ONCE);
            }
            for (int i = 0; i < 10; i++) {
                assertThat(silent.read().type()).isEqualTo(PUBLISH);
            }

            try (Device staying = Device.connect(broker.port(), "share-redeliver-staying")) {
                staying.subscribe("$share/redeliver/redeliver/x", MqttQos.AT_LEAST_ONCE);
                silent.close();

                assertThat(staying.next(10)).isEqualTo(numbers(10));
            }
        }
    }

    @Test
    void aMemberWhoseWindowIsFullIsPassedOver(MqttBroker broker) throws Exception {
        try (Device publisher = Device.connect(broker.port(), "share-full-publisher");
                RawClient full = new RawClient(broker.port());
                Device other = Device.connect(broker.port(), "share-full-other")) {
            full.send(RawClient.packet(0x10, "MQTT", 5, 0x02, 0, 60, RECEIVE_MAXIMUM_OF_ONE, "share-full"))
                    .read();
            full.send(RawClient.subscribe5("$share/full/full/x", 1)).read();
            publisher.publish("full/x", "unacknowledged", MqttQos.AT_LEAST_ONCE);
            assertThat(full.read().type()).isEqualTo(PUBLISH);
            other.subscribe("$share/full/full/x", MqttQos.AT_LEAST_ONCE);

            for (String text : numbers(10)) {
                publisher.publish("full/x", text, MqttQos.AT_LEAST_ONCE);
            }

            assertThat(other.next(10)).isEqualTo(numbers(10));
        }
    }

    @Test
    void aMessageThatItsMemberRefusesIsGone(MqttBroker broker) throws Exception { // [MQTT-4.8.2-6]
        try (Device publisher = Device.connect(broker.port(), "share-refuse-publisher");
                RawClient refusing = new RawClient(broker.port())) {
            refusing.send(RawClient.packet(0x10, "MQTT", 5, 0x02, 0, 60, RECEIVE_MAXIMUM_OF_ONE, "share-refuse"))
                    .read();
            refusing.send(RawClient.subscribe5("$share/refuse/refuse/x", 1)).read();
            publisher.publish("refuse/x", "refused", MqttQos.AT_LEAST_ONCE);
            RawPacket refused = refusing.read();

            try (Device other = Device.connect(broker.port(), "share-refuse-other")) {
                other.subscribe("$share/refuse/refuse/x", MqttQos.AT_LEAST_ONCE);
                refusing.send(RawClient.packet(0x40, refused.at(10), refused.at(11), 0x97, 0));
                refusing.send(RawClient.packet(0xC0));
                assertThat(refusing.read().header()).isEqualTo(0xD0);
                refusing.close();
                for (String text : numbers(4)) {
                    publisher.publish("refuse/x", text, MqttQos.AT_LEAST_ONCE);
                }

                assertThat(other.next(4))
                        .as("some came by way of the one that left")
                        .doesNotContain("refused");
            }
        }
    }

    /** HiveMQ's, Paho's and Mosquitto's clients in one group; MQTT 5 and 3.1.1. */
    @Test
    void clientsOfOtherProjectsShareAGroup(MqttBroker broker) throws Exception {
        String filter = "$share/mixed/mixed/#";
        Queue<String> byPaho = new ConcurrentLinkedQueue<>();
        Queue<String> byMosquitto = new ConcurrentLinkedQueue<>();
        try (Device publisher = Device.connect(broker.port(), "share-mixed-publisher");
                Device hivemq = Device.connect(broker.port(), "share-mixed-hivemq");
                MqttClient paho = new MqttClient(
                        "tcp://127.0.0.1:" + broker.port(), "share-mixed-paho", new MemoryPersistence());
                MosquittoSub mosquitto = new MosquittoSub(broker.port(), filter, byMosquitto)) {
            hivemq.subscribe(filter, MqttQos.AT_LEAST_ONCE);
            MqttConnectOptions options = new MqttConnectOptions();
            options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
            paho.setCallback(new PahoPayloads(byPaho));
            paho.connect(options);
            paho.subscribe(filter, 2);
            mosquitto.awaitSubscribed();

            for (String text : numbers(30)) {
                publisher.publish("mixed/" + text, text, MqttQos.EXACTLY_ONCE);
            }

            List<String> got = new ArrayList<>(hivemq.next(10));
            Awaitility.await().until(() -> byPaho.size() == 10 && byMosquitto.size() == 10);
            Collections.addAll(got, byPaho.toArray(String[]::new));
            Collections.addAll(got, byMosquitto.toArray(String[]::new));
            assertThat(got).containsExactlyInAnyOrderElementsOf(numbers(30));
            paho.disconnect();
        }
    }

    @Test
    void aDurableSessionIsAMemberAgainWhenItComesBack(MqttBroker broker) throws Exception {
        try (Device publisher = Device.connect(broker.port(), "share-durable-publisher")) {
            try (Device member = DurableClients.durable(broker.port(), "share-durable")) {
                member.subscribe("$share/durable/share-durable/x", MqttQos.AT_LEAST_ONCE);
            }
            try (Device member = DurableClients.durable(broker.port(), "share-durable")) {
                publisher.publish("share-durable/x", "again", MqttQos.AT_LEAST_ONCE);

                assertThat(Device.text(member.next())).isEqualTo("again");
            }
        }
    }

    @Test
    void takesPublishesOfMqtt311ToMembersOfMqtt5(MqttBroker broker) throws Exception {
        try (RawClient publisher = new RawClient(broker.port());
                Device member = Device.connect(broker.port(), "share-versions")) {
            member.subscribe("$share/versions/versions/x", MqttQos.EXACTLY_ONCE);
            publisher.send(RawClient.connect311("share-versions-publisher", 60)).read();

            publisher.send(RawClient.packet(0x32, "versions/x", 0, 1, "hello".getBytes(UTF_8)));

            assertThat(Device.text(member.next())).isEqualTo("hello");
        }
    }
}
