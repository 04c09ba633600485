package io.magnetar.it.mqtt;

import static io.magnetar.it.client.DurableClients.connect;
import static io.magnetar.it.client.DurableClients.connect5;
import static io.magnetar.it.client.DurableClients.durable;
import static io.magnetar.it.client.DurableClients.packetId;
import static io.magnetar.it.client.DurableClients.sessionPresent;
import static io.magnetar.it.client.DurableClients.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.client.RawProperties;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Sessions that outlive their connections: MQTT 5.0 sections 3.1.2.11, 4.1 and 4.4. */
@ExtendWith(MqttExtension.class)
class DurableSessionTest {
    private static final int DUP = 8;

    @Test
    void deliversWhatWasPublishedInTheMeantimeInItsOrder(MqttBroker broker)
            throws Exception { // [MQTT-4.5.0-1], [MQTT-4.6.0-6], [MQTT-3.1.2-5], [MQTT-3.1.2-23]
        try (Device away = durable(broker.port(), "durable-away")) {
            away.subscribe("durable/away/#", MqttQos.AT_LEAST_ONCE);
        }
        List<String> expected =
                IntStream.range(0, 300).mapToObj(Integer::toString).toList();
        try (Device publisher = Device.connect(broker.port(), "durable-away-publisher")) {
            for (String text : expected) {
                publisher.publish("durable/away/topic", text, MqttQos.AT_LEAST_ONCE);
            }
        }

        try (Device back = durable(broker.port(), "durable-away")) {
            assertThat(back.next(300)).isEqualTo(expected);
        }
    }

    @Test
    void followsLiveMessagesAfterItHasCaughtUp(MqttBroker broker) throws Exception {
        try (Device away = durable(broker.port(), "durable-follow")) {
            away.subscribe("durable/follow", MqttQos.AT_LEAST_ONCE);
        }
        try (Device publisher = Device.connect(broker.port(), "durable-follow-publisher")) {
            publisher.publish("durable/follow", "before", MqttQos.AT_LEAST_ONCE);
            try (Device back = durable(broker.port(), "durable-follow")) {
                assertThat(Device.text(back.next())).isEqualTo("before");
                publisher.publish("durable/follow", "one", MqttQos.AT_LEAST_ONCE);
                publisher.publish("durable/follow", "two", MqttQos.EXACTLY_ONCE);
                publisher.publish("durable/follow", "three", MqttQos.AT_MOST_ONCE);

                assertThat(back.next(3)).containsExactlyInAnyOrder("one", "two", "three");
            }
        }
    }

    @Test
    void tellsWhetherThereIsASession(MqttBroker broker)
            throws Exception { // [MQTT-3.2.2-2], [MQTT-3.2.2-3], [MQTT-3.1.2-6], [MQTT-3.1.4-4]
        try (RawClient first = new RawClient(broker.port())) {
            assertThat(sessionPresent(connect(first, connect5("durable-present", false, 60))))
                    .isFalse();
        }
        try (RawClient second = new RawClient(broker.port())) {
            assertThat(sessionPresent(connect(second, connect5("durable-present", false, 60))))
                    .isTrue();
        }
        try (RawClient clean = new RawClient(broker.port())) { // [MQTT-3.1.2-4]
            assertThat(sessionPresent(connect(clean, connect5("durable-present", true, 60))))
                    .isFalse();
        }
        try (RawClient last = new RawClient(broker.port())) { // Expiry 0: it ends with this connection.
            assertThat(sessionPresent(connect(last, connect5("durable-present", false, 0))))
                    .isTrue();
        }
        try (RawClient none = new RawClient(broker.port())) {
            assertThat(sessionPresent(connect(none, connect5("durable-present", false, 0))))
                    .isFalse();
        }
    }

    @Test
    void sendsAgainWhatWasNotAcknowledgedWithItsPacketIdAndDup(MqttBroker broker) throws Exception {
        // [MQTT-4.4.0-1], [MQTT-3.3.1-1], [MQTT-4.1.0-1]
        try (RawClient client = new RawClient(broker.port())) {
            connect(client, connect5("durable-again", true, 60));
            client.send(RawClient.subscribe5("durable/again", 1)).read();
            try (Device publisher = Device.connect(broker.port(), "durable-again-publisher")) {
                for (int i = 0; i < 3; i++) {
                    publisher.publish("durable/again", Integer.toString(i), MqttQos.AT_LEAST_ONCE);
                }
            }
            List<RawPacket> sent = List.of(client.read(), client.read(), client.read());
            client.send(RawClient.packet(0x40, packetId(sent.get(1))));
            client.send(RawClient.packet(0xC0)).read();

            try (RawClient again = new RawClient(broker.port())) {
                assertThat(sessionPresent(connect(again, connect5("durable-again", false, 60))))
                        .isTrue();
                RawPacket first = again.read();
                RawPacket second = again.read();

                assertThat(List.of(text(first), text(second))).containsExactly("0", "2");
                assertThat(first.header() & DUP).isEqualTo(DUP);
                assertThat(packetId(first)).isEqualTo(packetId(sent.get(0)));
                assertThat(packetId(second)).isEqualTo(packetId(sent.get(2)));
            }
        }
    }

    @Test
    void continuesAQos2ExchangeWithPubRel(MqttBroker broker) throws Exception {
        // [MQTT-4.3.3-4], [MQTT-4.3.3-6], [MQTT-4.4.0-1]
        byte[] id;
        try (RawClient client = new RawClient(broker.port())) {
            connect(client, connect5("durable-pubrel", true, 60));
            client.send(RawClient.subscribe5("durable/pubrel", 2)).read();
            try (Device publisher = Device.connect(broker.port(), "durable-pubrel-publisher")) {
                publisher.publish("durable/pubrel", "once", MqttQos.EXACTLY_ONCE);
            }
            id = packetId(client.read());
            RawPacket pubRel = client.send(RawClient.packet(0x50, id)).read();
            assertThat(pubRel.header()).isEqualTo(0x62);
        }
        try (RawClient again = new RawClient(broker.port())) {
            connect(again, connect5("durable-pubrel", false, 60));

            RawPacket pubRel = again.read();

            assertThat(pubRel.header()).isEqualTo(0x62);
            assertThat(pubRel.body()).startsWith(id);
            again.send(RawClient.packet(0x70, id));
            assertThat(again.send(RawClient.packet(0xC0)).read().header())
                    .as("nothing comes again")
                    .isEqualTo(0xD0);
        }
    }

    @Test
    void remembersReceivedQos2PublishesAcrossConnections(MqttBroker broker) throws Exception { // [MQTT-4.3.3-10]
        byte[] publish = RawClient.packet(0x34, "durable/received", 0, 7, 0, "once".getBytes(UTF_8));
        byte[] publishAgain = RawClient.packet(0x3C, "durable/received", 0, 7, 0, "once".getBytes(UTF_8));
        try (Device watcher = Device.connect(broker.port(), "durable-received-watcher")) {
            watcher.subscribe("durable/received", MqttQos.EXACTLY_ONCE);
            try (RawClient client = new RawClient(broker.port())) {
                connect(client, connect5("durable-received", true, 60));
                assertThat(client.send(publish).read().header()).isEqualTo(0x50);
            }
            try (RawClient again = new RawClient(broker.port())) {
                connect(again, connect5("durable-received", false, 60));
                assertThat(again.send(publishAgain).read().header()).isEqualTo(0x50);
                RawPacket pubComp = again.send(RawClient.packet(0x62, 0, 7)).read();
                assertThat(pubComp.header()).isEqualTo(0x70);
                assertThat(pubComp.body()).startsWith(0, 7);
                again.send(RawClient.packet(0x34, "durable/received", 0, 8, 0, "last".getBytes(UTF_8)));
            }

            assertThat(watcher.next(2)).containsExactly("once", "last");
        }
    }

    @Test
    void keepsASessionWithoutCleanSessionInMqtt311(MqttBroker broker) throws Exception {
        // 3.1.1: [MQTT-3.1.2-4], [MQTT-3.1.2-5], [MQTT-3.1.2-6], [MQTT-3.1.4-3]
        // 3.1.1: [MQTT-3.2.2-1], [MQTT-3.2.2-2], [MQTT-3.2.2-3]
        // 3.1.1: [MQTT-4.1.0-1], [MQTT-4.1.0-2], [MQTT-4.5.0-1]
        byte[] connect = RawClient.packet(0x10, "MQTT", 4, 0x00, 0, 60, "durable-311");
        byte[] connectClean = RawClient.packet(0x10, "MQTT", 4, 0x02, 0, 60, "durable-311");
        try (RawClient client = new RawClient(broker.port())) {
            assertThat(connect(client, connect).body()).containsExactly(0, 0);
            client.send(RawClient.packet(0x82, 0, 1, "durable/311", 1)).read();
            client.send(RawClient.packet(0xE0)).readUntilClosed();
        }
        try (Device publisher = Device.connect(broker.port(), "durable-311-publisher")) {
            publisher.publish("durable/311", "kept", MqttQos.AT_LEAST_ONCE);
        }
        try (RawClient again = new RawClient(broker.port())) {
            assertThat(connect(again, connect).body()).containsExactly(1, 0);
            assertThat(new String(again.read().body(), UTF_8)).endsWith("kept");
        }
        try (RawClient clean = new RawClient(broker.port())) {
            assertThat(connect(clean, connectClean).body()).containsExactly(0, 0);
        }
        try (RawClient none = new RawClient(broker.port())) {
            assertThat(connect(none, connect).body())
                    .as("the clean session has ended with its connection")
                    .containsExactly(0, 0);
            none.send(RawClient.packet(0xE0)).readUntilClosed();
        }
        try (RawClient clean = new RawClient(broker.port())) {
            assertThat(connect(clean, connectClean).body())
                    .as("there is a session, and it is discarded")
                    .containsExactly(0, 0);
        }
    }

    @Test
    void sendsAgainWhatWasNotAcknowledgedInMqtt311(MqttBroker broker) throws Exception {
        // 3.1.1: [MQTT-3.3.1-1], [MQTT-4.4.0-1]
        byte[] connect = RawClient.packet(0x10, "MQTT", 4, 0x00, 0, 60, "durable-311-again");
        byte[] topic = "durable/311/again".getBytes(UTF_8);
        RawPacket sent;
        try (RawClient client = new RawClient(broker.port())) {
            connect(client, connect);
            client.send(RawClient.packet(0x82, 0, 1, "durable/311/again", 1)).read();
            client.send(RawClient.packet(0x30, "durable/311/again", "not owed".getBytes(UTF_8)));
            assertThat(client.read().header()).as("QoS 0").isEqualTo(0x30);
            try (Device publisher = Device.connect(broker.port(), "durable-311-again-publisher")) {
                publisher.publish("durable/311/again", "again", MqttQos.AT_LEAST_ONCE);
            }
            sent = client.read();
            assertThat(sent.header()).as("QoS 1 for the first time").isEqualTo(0x32);
        }
        try (RawClient back = new RawClient(broker.port())) {
            connect(back, connect);
            RawPacket again = back.read();

            assertThat(again.header()).as("QoS 1 with DUP").isEqualTo(0x3A);
            assertThat(again.body()).isEqualTo(sent.body());
            assertThat(again.body()).as("a packet id and the payload").hasSize(2 + topic.length + 2 + 5);
            back.send(RawClient.packet(0x40, again.at(2 + topic.length), again.at(3 + topic.length)));
            assertThat(back.send(RawClient.packet(0xC0)).read().header())
                    .as("nothing comes again")
                    .isEqualTo(0xD0);
        }
    }

    @Test
    void deliversOverlappingSubscriptionsOnceWithAllIdentifiers(MqttBroker broker) throws Exception {
        // [MQTT-3.3.4-2], [MQTT-3.3.4-3], [MQTT-3.3.4-4]
        try (RawClient client = new RawClient(broker.port())) {
            connect(client, connect5("durable-overlap", true, 60));
            client.send(subscribe(5, "durable/overlap/#", 1)).read();
            client.send(subscribe(6, "durable/overlap/+", 2)).read();
            client.send(subscribe(7, "durable/+/a", 0)).read();
            try (Device publisher = Device.connect(broker.port(), "durable-overlap-publisher")) {
                publisher.publish("durable/overlap/a", "all", MqttQos.EXACTLY_ONCE);
                publisher.publish("durable/overlap/b", "end", MqttQos.EXACTLY_ONCE);
            }
            RawPacket all = client.read();
            RawPacket end = client.read();

            assertThat(all.payload5()).isEqualTo("all");
            assertThat(all.qos()).isEqualTo(2);
            assertThat(identifiers(all)).containsExactlyInAnyOrder("5", "6", "7");
            assertThat(end.payload5()).isEqualTo("end");
            assertThat(identifiers(end)).containsExactlyInAnyOrder("5", "6");
        }
    }

    private static byte[] subscribe(int subscriptionId, String filter, int qos) {
        return RawClient.packet(0x82, 0, 1, 2, RawProperties.SUBSCRIPTION_IDENTIFIER, subscriptionId, filter, qos);
    }

    private static List<String> identifiers(RawPacket publish) {
        return publish.publishProperties().all(RawProperties.SUBSCRIPTION_IDENTIFIER).stream()
                .map(String::valueOf)
                .toList();
    }

    @Test
    void owesNothingAfterUnsubscribe(MqttBroker broker) throws Exception { // [MQTT-3.10.4-2]
        try (Device device = durable(broker.port(), "durable-unsubscribed")) {
            device.subscribe("durable/unsubscribed/#", MqttQos.AT_LEAST_ONCE);
            device.subscribe("durable/still", MqttQos.AT_LEAST_ONCE);
            device.client()
                    .unsubscribeWith()
                    .topicFilter("durable/unsubscribed/#")
                    .send();
        }
        try (Device publisher = Device.connect(broker.port(), "durable-unsubscribed-publisher")) {
            publisher.publish("durable/unsubscribed/a", "not owed", MqttQos.AT_LEAST_ONCE);
            publisher.publish("durable/still", "owed", MqttQos.AT_LEAST_ONCE);
        }
        try (Device back = durable(broker.port(), "durable-unsubscribed")) {
            assertThat(Device.text(back.next())).isEqualTo("owed");
        }
    }
}
