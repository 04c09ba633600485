package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5MessageException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pulsar.broker.PulsarService;
import org.apache.pulsar.client.api.Producer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Retained messages, MQTT 5.0 section 3.3.1.3. Each test has topics of its own: what is retained outlives it. */
@ExtendWith(MqttExtension.class)
class RetainedTest {
    private static final String RETAINED_LOG = "persistent://public/mqtt/retained";
    private static final int PUBACK = 4;
    private static final int SUBACK = 9;
    private static final int DISCONNECT = 14;

    private static Mqtt5Publish retained(String topic, String payload, MqttQos qos) {
        return Mqtt5Publish.builder()
                .topic(topic)
                .payload(payload.getBytes(UTF_8))
                .qos(qos)
                .retain(true)
                .build();
    }

    private static Mqtt5Subscribe subscription(String filter, Mqtt5RetainHandling handling) {
        return Mqtt5Subscribe.builder()
                .addSubscription()
                .topicFilter(filter)
                .qos(MqttQos.EXACTLY_ONCE)
                .retainHandling(handling)
                .applySubscription()
                .build();
    }

    /** Publishes a mark that is not retained and asserts that nothing else came before it. */
    private static void assertNothingMore(Device subscriber, Device publisher, String topic)
            throws InterruptedException {
        publisher.publish(topic, "mark", MqttQos.EXACTLY_ONCE);
        assertThat(subscriber.next(1)).containsExactly("mark");
    }

    @ParameterizedTest
    @EnumSource(MqttQos.class)
    void whoSubscribesLaterGetsTheLastRetainedMessageOfATopic(MqttQos qos, MqttBroker broker) throws Exception {
        String topic = "retained/last/" + qos.getCode();
        try (Device publisher = Device.connect(broker.port(), "retained-publisher");
                Device subscriber = Device.connect(broker.port(), "retained-subscriber")) {
            publisher.client().publish(retained(topic, "first", qos));
            publisher.client().publish(retained(topic, "second", qos));
            publisher.publish(topic, "not retained", MqttQos.AT_LEAST_ONCE);
            if (qos == MqttQos.AT_MOST_ONCE) {
                publisher.publish("retained/barrier", "", MqttQos.AT_LEAST_ONCE);
            }

            subscriber.subscribe(topic, MqttQos.AT_LEAST_ONCE);

            Mqtt5Publish message = subscriber.next(); // [MQTT-3.3.1-5], [MQTT-3.3.1-6]
            assertThat(Device.text(message)).isEqualTo("second");
            assertThat(message.isRetain()).isTrue(); // and the last publish left it alone [MQTT-3.3.1-8]
            assertThat(message.getQos().getCode()).as("min").isEqualTo(Math.min(1, qos.getCode()));
            assertNothingMore(subscriber, publisher, topic);
        }
    }

    @Test
    void aLiveMessageHasRetainOnlyWhenTheSubscriberAskedForIt(MqttBroker broker) throws Exception {
        try (Device publisher = Device.connect(broker.port(), "retained-live-publisher");
                Device plain = Device.connect(broker.port(), "retained-live-plain");
                Device asPublished = Device.connect(broker.port(), "retained-live-as-published")) {
            plain.subscribe("retained/live", MqttQos.AT_LEAST_ONCE);
            asPublished.subscribe(Mqtt5Subscribe.builder()
                    .addSubscription()
                    .topicFilter("retained/live")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .retainAsPublished(true)
                    .applySubscription()
                    .build());

            publisher.client().publish(retained("retained/live", "x", MqttQos.AT_LEAST_ONCE));

            assertThat(plain.next().isRetain()).as("[MQTT-3.3.1-12]").isFalse();
            assertThat(asPublished.next().isRetain()).as("[MQTT-3.3.1-13]").isTrue();
        }
    }

    @Test
    void anEmptyPayloadIsDeliveredAndEndsTheRetainedMessage(MqttBroker broker) throws Exception {
        try (Device publisher = Device.connect(broker.port(), "retained-delete-publisher");
                Device live = Device.connect(broker.port(), "retained-delete-live");
                Device later = Device.connect(broker.port(), "retained-delete-later")) {
            publisher.client().publish(retained("retained/delete", "x", MqttQos.AT_LEAST_ONCE));
            live.subscribe("retained/delete", MqttQos.AT_LEAST_ONCE);
            assertThat(live.next(1)).containsExactly("x");

            publisher.client().publish(retained("retained/delete", "", MqttQos.AT_LEAST_ONCE));

            assertThat(live.next(1)).as("delivered like any other").containsExactly("");
            later.subscribe("retained/delete", MqttQos.AT_LEAST_ONCE); // [MQTT-3.3.1-6], [MQTT-3.3.1-7]
            assertNothingMore(later, publisher, "retained/delete");
        }
    }

    @Test
    void retainHandlingSaysWhenASubscriptionGetsThem(MqttBroker broker) throws Exception {
        try (Device publisher = Device.connect(broker.port(), "retained-handling-publisher");
                Device subscriber = Device.connect(broker.port(), "retained-handling-subscriber")) {
            publisher.client().publish(retained("retained/handling", "x", MqttQos.AT_LEAST_ONCE));

            subscriber.subscribe(subscription("retained/handling", Mqtt5RetainHandling.DO_NOT_SEND));
            assertNothingMore(subscriber, publisher, "retained/handling"); // [MQTT-3.3.1-11]
            subscriber.subscribe(
                    subscription("retained/handling", Mqtt5RetainHandling.SEND_IF_SUBSCRIPTION_DOES_NOT_EXIST));
            assertNothingMore(subscriber, publisher, "retained/handling"); // [MQTT-3.3.1-10]
            subscriber.subscribe(subscription("retained/handling", Mqtt5RetainHandling.SEND));
            assertThat(subscriber.next(1)).as("[MQTT-3.3.1-9], [MQTT-3.8.4-4]").containsExactly("x");

            subscriber
                    .client()
                    .unsubscribeWith()
                    .topicFilter("retained/handling")
                    .send();
            subscriber.subscribe(
                    subscription("retained/handling", Mqtt5RetainHandling.SEND_IF_SUBSCRIPTION_DOES_NOT_EXIST));
            assertThat(subscriber.next(1)).as("[MQTT-3.3.1-10]").containsExactly("x");
            assertNothingMore(subscriber, publisher, "retained/handling");
        }
    }

    @Test
    void overlappingSubscriptionsGetTheirsEachWithItsIdentifier(MqttBroker broker) throws Exception {
        try (Device publisher = Device.connect(broker.port(), "retained-overlap-publisher");
                RawClient subscriber = new RawClient(broker.port())) {
            publisher.client().publish(retained("retained/overlap/a", "x", MqttQos.AT_LEAST_ONCE));
            Set<Integer> identifiers = new HashSet<>();
            subscriber.send(connect5("retained-overlap-subscriber", 10)).read();
            for (int identifier : new int[] {5, 6}) {
                String filter = identifier == 5 ? "retained/overlap/#" : "retained/overlap/+";
                subscriber
                        .send(RawClient.packet(0x82, 0, identifier, 2, 0x0B, identifier, filter, 1))
                        .read();
                RawClient.RawPacket message = subscriber.read();
                assertThat(message.header()).isEqualTo(0x33);
                int properties = 2 + "retained/overlap/a".length() + 2;
                assertThat(message.at(properties))
                        .as("one property: one identifier")
                        .isEqualTo(2);
                identifiers.add(message.at(properties + 2));
            }
            assertThat(identifiers).containsExactlyInAnyOrder(5, 6);
        }
    }

    @Test
    void aStreamSubscriptionGetsNone(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "retained-stream", "retained/stream/#", 1);
        try (Device publisher = Device.connect(broker.port(), "retained-stream-publisher");
                Device subscriber = Device.connect(broker.port(), "retained-stream-subscriber")) {
            publisher.client().publish(retained("retained/stream/a", "x", MqttQos.AT_LEAST_ONCE));

            subscriber.subscribe("$s/latest/retained/stream/#", MqttQos.AT_LEAST_ONCE);

            publisher.publish("retained/stream/a", "live", MqttQos.AT_LEAST_ONCE);
            assertThat(subscriber.next(1)).containsExactly("live");
        }
    }

    @Test
    void anExpiredMessageIsNotSentAndTheIntervalIsCountedDown(EmbeddedPulsar pulsar, MqttBroker broker)
            throws Exception {
        try (Device publisher = Device.connect(broker.port(), "retained-expiry-publisher");
                Device early = Device.connect(broker.port(), "retained-expiry-early");
                Device late = Device.connect(broker.port(), "retained-expiry-late")) {
            publisher
                    .client()
                    .publish(Mqtt5Publish.builder()
                            .topic("retained/expiry")
                            .payload("soon".getBytes(UTF_8))
                            .qos(MqttQos.AT_LEAST_ONCE)
                            .retain(true)
                            .messageExpiryInterval(3)
                            .build());
            early.subscribe("retained/expiry", MqttQos.AT_LEAST_ONCE);
            assertThat(early.next().getMessageExpiryInterval().orElseThrow())
                    .as("[MQTT-3.3.2-6]")
                    .isBetween(1L, 3L);

            // The sweep tells that it has expired: the log has a record that deletes it.
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(RetainedLog.newestOf(pulsar, "retained/expiry"))
                            .hasValueSatisfying(payload -> assertThat(payload).isEmpty()));
            late.subscribe("retained/expiry", MqttQos.AT_LEAST_ONCE); // [MQTT-3.3.2-5]
            assertNothingMore(late, publisher, "retained/expiry");
        }
    }

    @Test
    void manyAreAllSentEachOnce(MqttBroker broker) throws Exception {
        int count = 5_000;
        try (RawClient publisher = new RawClient(broker.port());
                RawClient subscriber = new RawClient(broker.port())) {
            publisher.send(RawClient.connect5("retained-many-publisher", 60)).read();
            for (int i = 0; i < count; i++) {
                publisher.send(RawClient.packet(0x31, "retained/many/" + i, 0, 'x' + 0));
            }
            publisher.send(RawClient.packet(0x32, "retained/barrier", 0, 1, 0)).read();

            subscriber.send(RawClient.connect5("retained-many-subscriber", 60)).read();
            subscriber.send(RawClient.subscribe5("retained/many/+", 0)).read();

            Set<String> topics = new HashSet<>();
            for (int i = 0; i < count; i++) {
                RawClient.RawPacket packet = subscriber.read();
                assertThat(packet.header()).isEqualTo(0x31);
                topics.add(new String(packet.body(), 2, packet.at(0) << 8 | packet.at(1), UTF_8));
            }
            assertThat(topics).hasSize(count);
        }
    }

    @Test
    void aClientThatAcknowledgesOneAtATimeGetsEachInItsNewestForm(EmbeddedPulsar pulsar, MqttBroker broker)
            throws Exception {
        try (Device publisher = Device.connect(broker.port(), "retained-newest-publisher");
                RawClient slow = new RawClient(broker.port())) {
            for (String topic : List.of("a", "b", "c", "d")) {
                publisher.client().publish(retained("retained/newest/" + topic, "old", MqttQos.AT_LEAST_ONCE));
            }
            slow.send(connect5("retained-newest-slow", 1)).read();
            slow.send(RawClient.subscribe5("retained/newest/+", 1));
            assertThat(slow.read().type()).isEqualTo(SUBACK);
            assertThat(topicAndText(slow.read())).isEqualTo("retained/newest/a old");

            try (Producer<byte[]> engineer =
                    pulsar.client().newProducer().topic(RETAINED_LOG).create()) {
                engineer.newMessage()
                        .key("retained/newest/b")
                        .value(new byte[0])
                        .send();
                engineer.newMessage()
                        .key("retained/newest/c")
                        .value("new".getBytes(UTF_8))
                        .send();
            }
            awaitRetained(broker, "retained/newest/c", "new");

            slow.send(RawClient.packet(0x40, 0, 1));
            assertThat(topicAndText(slow.read())).isEqualTo("retained/newest/c new");
            slow.send(RawClient.packet(0x40, 0, 2));
            assertThat(topicAndText(slow.read())).isEqualTo("retained/newest/d old");
        }
    }

    /** Returns when who subscribes now gets this retained message. */
    private static void awaitRetained(MqttBroker broker, String topic, String text) {
        await("retained message " + text + " of " + topic)
                .atMost(Duration.ofSeconds(20))
                .until(() -> {
                    try (Device device = Device.connect(broker.port(), "retained-awaiting")) {
                        device.subscribe(topic, MqttQos.AT_LEAST_ONCE);
                        return device.next(1).contains(text);
                    }
                });
    }

    private static byte[] connect5(String clientId, int receiveMaximum) {
        return RawClient.packet(0x10, "MQTT", 5, 2, 0, 60, 3, 0x21, 0, receiveMaximum, clientId);
    }

    private static String topicAndText(RawClient.RawPacket publish) {
        assertThat(publish.header()).as("PUBLISH with QoS 1 and RETAIN").isEqualTo(0x33);
        int length = publish.at(0) << 8 | publish.at(1);
        int start = 2 + length + 2 + 1;
        return new String(publish.body(), 2, length, UTF_8) + " "
                + new String(publish.body(), start, publish.body().length - start, UTF_8);
    }

    @Test
    void aDataEngineerReadsThemAndWritesThem(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        try (Device publisher = Device.connect(broker.port(), "retained-engineer")) {
            publisher.client().publish(retained("retained/engineer", "of a device", MqttQos.EXACTLY_ONCE));
            assertThat(RetainedLog.propertiesOf(pulsar, "retained/engineer"))
                    .containsEntry("mqtt.topic", "retained/engineer")
                    .containsEntry("mqtt.qos", "2")
                    .containsEntry("mqtt.retain", "true")
                    .containsEntry("mqtt.client-id", "retained-engineer");
        }
        try (Producer<byte[]> engineer =
                pulsar.client().newProducer().topic(RETAINED_LOG).create()) {
            engineer.newMessage().key("no/#/topic").value(new byte[] {1}).send();
            engineer.newMessage()
                    .key("retained/engineer")
                    .value("of an engineer".getBytes(UTF_8))
                    .send();
        }
        awaitRetained(broker, "retained/engineer", "of an engineer");
    }

    @Test
    void beyondALimitAnMqtt5ClientIsToldAndAnMqtt311ClientIsDeliveredOnly(EmbeddedPulsar pulsar) throws Exception {
        try (PulsarService neighbour = pulsar.startBroker(settings -> {});
                MqttBroker broker = MqttBroker.start(neighbour, Map.of("mqttMaxRetainedPayloadBytes", "10"));
                Device device = Device.connect(broker.port(), "retained-limit");
                RawClient old = new RawClient(broker.port())) {
            device.subscribe("retained/limit", MqttQos.AT_LEAST_ONCE);
            for (MqttQos qos : List.of(MqttQos.AT_LEAST_ONCE, MqttQos.EXACTLY_ONCE)) {
                Mqtt5Publish tooLarge = retained("retained/limit", "eleven byte", qos);
                assertThatThrownBy(() -> device.client().publish(tooLarge))
                        .isInstanceOfSatisfying(
                                Mqtt5MessageException.class,
                                refused -> assertThat(refused.getMqttMessage().toString())
                                        .contains("QUOTA_EXCEEDED"));
            }
            old.send(RawClient.connect311("retained-limit-old", 60)).read();
            old.send(RawClient.packet(0x33, "retained/limit", 0, 1, "eleven byt".getBytes(UTF_8), 'e' + 0));
            assertThat(old.read().type()).isEqualTo(PUBACK);

            assertThat(device.next(1))
                    .as("delivered, and only the one that was acknowledged")
                    .containsExactly("eleven byte");
            old.send(RawClient.packet(0x82, 0, 2, "retained/limit", 1)).read();
            device.publish("retained/limit", "mark", MqttQos.AT_LEAST_ONCE);
            assertThat(new String(old.read().body(), UTF_8)).as("not retained").endsWith("mark");
            assertThat(broker.status().counter("retainedRefused")).isEqualTo(3);
        }
    }

    @Test
    void whereMessagesAreNotRetainedClientsAreToldSo(EmbeddedPulsar pulsar) throws Exception {
        try (PulsarService neighbour = pulsar.startBroker(settings -> {});
                MqttBroker broker = MqttBroker.start(neighbour, Map.of("mqttRetainAvailable", "false"));
                RawClient client = new RawClient(broker.port());
                RawClient willing = new RawClient(broker.port())) {
            byte[] connAck =
                    client.send(RawClient.connect5("retained-off", 60)).read().body();
            assertThat(new String(connAck, ISO_8859_1)).as("Retain Available 0").contains("%\0");

            RawClient.RawPacket refusal = willing.send(
                            RawClient.packet(0x10, "MQTT", 5, 0x26, 0, 60, 0, "retained-off-will", 0, "a", "gone"))
                    .read();
            assertThat(refusal.at(1)).as("[MQTT-3.2.2-13]").isEqualTo(0x9A);
            willing.readUntilClosed();

            client.send(RawClient.packet(0x31, "a", 0));

            RawClient.RawPacket farewell = client.read();
            assertThat(farewell.type()).isEqualTo(DISCONNECT);
            assertThat(farewell.at(0)).as("[MQTT-3.2.2-14]").isEqualTo(0x9A);
        }
    }

    @Test
    void aRetainedWillIsRetained(MqttBroker broker) throws Exception { // [MQTT-3.1.2-15]
        try (RawClient dying = new RawClient(broker.port())) {
            dying.send(RawClient.packet(
                            0x10,
                            "MQTT",
                            5,
                            0x02 | 0x04 | 0x08 | 0x20,
                            0,
                            60,
                            0,
                            "retained-dying",
                            0,
                            "retained/will",
                            "gone"))
                    .read();
        }
        awaitRetained(broker, "retained/will", "gone");
    }

    @Test
    void survivesARestartOfTheHandlerAndIsTheSameOnAllBrokers(EmbeddedPulsar pulsar, MqttBroker first)
            throws Exception {
        try (PulsarService neighbour = pulsar.startBroker(settings -> {})) {
            try (MqttBroker second = MqttBroker.start(neighbour, Map.of());
                    Device one = Device.connect(first.port(), "retained-one");
                    Device two = Device.connect(second.port(), "retained-two")) {
                one.client().publish(retained("retained/brokers/a", "of the first", MqttQos.AT_LEAST_ONCE));
                awaitRetained(second, "retained/brokers/a", "of the first");
                two.client().publish(retained("retained/brokers/a", "of the second", MqttQos.AT_LEAST_ONCE));
                awaitRetained(first, "retained/brokers/a", "of the second");
            }
            try (MqttBroker again = MqttBroker.start(neighbour, Map.of());
                    Device device = Device.connect(again.port(), "retained-again")) {
                device.subscribe("retained/brokers/#", MqttQos.AT_LEAST_ONCE);
                assertThat(device.next(1))
                        .as("loaded before the listeners open")
                        .containsExactly("of the second");
            }
        }
    }
}
