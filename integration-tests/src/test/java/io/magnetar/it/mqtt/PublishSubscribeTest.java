package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectRestrictions;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.unsubscribe.unsuback.Mqtt5UnsubAck;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Live messages from publishers to subscribers: MQTT 5.0 sections 3.3, 3.8, 3.10, 4.3, 4.6 and 4.7. */
@ExtendWith(MqttExtension.class)
class PublishSubscribeTest {
    private static final int PUBLISH = 3;
    private static final int PUBREC = 5;
    private static final int PUBCOMP = 7;

    static Stream<Arguments> qosPairs() {
        return Stream.of(MqttQos.values())
                .flatMap(published ->
                        Stream.of(MqttQos.values()).map(subscribed -> Arguments.of(published, subscribed)));
    }

    @ParameterizedTest
    @MethodSource("qosPairs")
    void deliversOnceAtTheLowerOfBothQos(MqttQos published, MqttQos subscribed, MqttBroker broker)
            throws Exception { // [MQTT-3.8.4-8]
        String topic = "qos/" + published.getCode() + "/" + subscribed.getCode();
        try (Device publisher = Device.connect(broker.port(), "qos-publisher");
                Device subscriber = Device.connect(broker.port(), "qos-subscriber")) {
            assertThat(subscriber.subscribe(topic, subscribed).getCode()).isEqualTo(subscribed.getCode());

            publisher.publish(topic, "first", published);
            publisher.publish(topic, "second", published);

            Mqtt5Publish first = subscriber.next();
            assertThat(Device.text(first)).isEqualTo("first");
            assertThat(first.getQos().getCode()).isEqualTo(Math.min(published.getCode(), subscribed.getCode()));
            assertThat(Device.text(subscriber.next())).isEqualTo("second");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "wild/+/b,    wild/a/b,   true",
        "wild/+/b,    wild/a/c/b, false",
        "wild/+,      wild/,      true",
        "wild/+,      wild,       false",
        "wild/a/#,    wild/a,     true",
        "wild/a/#,    wild/a/b/c, true",
        "wild/a/#,    wild/ab,    false",
        "+/wild/#,    /wild/x,    true",
        "wild/A,      wild/a,     false",
    })
    void matchesWildcardsLevelByLevel(String filter, String topic, boolean matches, MqttBroker broker)
            throws Exception { // [MQTT-4.7.1-1], [MQTT-4.7.1-2]
        try (Device device = Device.connect(broker.port(), "wildcards")) {
            device.subscribe(filter, MqttQos.AT_LEAST_ONCE);
            device.subscribe("wildcards-end", MqttQos.AT_LEAST_ONCE);

            device.publish(topic, "hit", MqttQos.AT_LEAST_ONCE);
            device.publish("wildcards-end", "end", MqttQos.AT_LEAST_ONCE);

            assertThat(Device.text(device.next())).isEqualTo(matches ? "hit" : "end");
        }
    }

    @Test
    void matchesNoTopicThatBeginsWithADollarByAWildcard(MqttBroker broker) throws Exception { // [MQTT-4.7.2-1]
        try (Device device = Device.connect(broker.port(), "dollars")) {
            device.subscribe("+/dollars", MqttQos.AT_LEAST_ONCE);
            device.subscribe("dollars-end", MqttQos.AT_LEAST_ONCE);

            device.publish("$lab/dollars", "hidden", MqttQos.AT_LEAST_ONCE);
            device.publish("dollars-end", "end", MqttQos.AT_LEAST_ONCE);
            assertThat(Device.text(device.next())).isEqualTo("end");

            device.subscribe("$lab/#", MqttQos.AT_LEAST_ONCE);
            device.publish("$lab/dollars", "asked for", MqttQos.AT_LEAST_ONCE);
            assertThat(Device.text(device.next())).isEqualTo("asked for");
        }
    }

    @Test
    void stopsDeliveringAfterUnsubscribe(MqttBroker broker) throws Exception { // [MQTT-3.10.4-1], [MQTT-3.10.4-2]
        try (Device device = Device.connect(broker.port(), "unsubscribing")) {
            device.subscribe("unsubscribe/a", MqttQos.AT_LEAST_ONCE);
            device.subscribe("unsubscribe/b", MqttQos.AT_LEAST_ONCE);

            Mqtt5UnsubAck known = device.client()
                    .unsubscribeWith()
                    .topicFilter("unsubscribe/a")
                    .send();
            Mqtt5UnsubAck unknown = device.client()
                    .unsubscribeWith()
                    .topicFilter("unsubscribe/never")
                    .send();
            device.publish("unsubscribe/a", "not any more", MqttQos.AT_LEAST_ONCE);
            device.publish("unsubscribe/b", "still", MqttQos.AT_LEAST_ONCE);

            assertThat(known.getReasonCodes().get(0).getCode()).isZero();
            assertThat(unknown.getReasonCodes().get(0).getCode()).isEqualTo(0x11);
            assertThat(Device.text(device.next())).isEqualTo("still");
        }
    }

    @Test
    void sendsNothingBackToItsPublisherWhenNoLocalIsSet(MqttBroker broker) throws Exception { // [MQTT-3.8.3-3]
        try (Device device = Device.connect(broker.port(), "no-local");
                Device other = Device.connect(broker.port(), "no-local-other")) {
            device.subscribe(Mqtt5Subscribe.builder()
                    .topicFilter("no-local/#")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .noLocal(true)
                    .build());

            device.publish("no-local/x", "own", MqttQos.AT_LEAST_ONCE);
            other.publish("no-local/x", "other's", MqttQos.AT_LEAST_ONCE);

            assertThat(Device.text(device.next())).isEqualTo("other's");
        }
    }

    @Test
    void replacesTheSubscriptionOfAnEqualFilter(MqttBroker broker) throws Exception { // [MQTT-3.8.4-3]
        try (Device device = Device.connect(broker.port(), "resubscribing")) {
            device.subscribe("resubscribe/+", MqttQos.EXACTLY_ONCE);
            device.subscribe("resubscribe/+", MqttQos.AT_MOST_ONCE);

            device.publish("resubscribe/x", "one", MqttQos.AT_LEAST_ONCE);
            device.publish("resubscribe/x", "two", MqttQos.AT_LEAST_ONCE);

            Mqtt5Publish first = device.next();
            assertThat(first.getQos()).isEqualTo(MqttQos.AT_MOST_ONCE);
            assertThat(Device.text(first)).isEqualTo("one");
            assertThat(Device.text(device.next())).isEqualTo("two");
        }
    }

    @Test
    void answersEachFilterOfASubscribeForItself(MqttBroker broker) throws Exception { // [MQTT-3.8.4-6]
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect5("many-filters", 60)).read();

            RawPacket subAck = client.send(
                            RawClient.packet(0x82, 0, 9, 0, "good/a", 1, "bad/#/x", 1, "good/b", 2, "$share/g", 1))
                    .read();

            assertThat(subAck.header()).isEqualTo(0x90);
            byte[] body = subAck.body();
            assertThat(List.of(
                            body[body.length - 4] & 0xFF,
                            body[body.length - 3] & 0xFF,
                            body[body.length - 2] & 0xFF,
                            body[body.length - 1] & 0xFF))
                    .containsExactly(1, 0x8F, 2, 0x8F);
        }
    }

    @Test
    void passesPropertiesOnUnchangedAndInOrder(MqttBroker broker) throws Exception {
        // [MQTT-3.3.2-4], [MQTT-3.3.2-15], [MQTT-3.3.2-16], [MQTT-3.3.2-17], [MQTT-3.3.2-18], [MQTT-3.3.2-20]
        Mqtt5Publish sent = Mqtt5Publish.builder()
                .topic("properties/x")
                .payload("höhe".getBytes(UTF_8))
                .qos(MqttQos.AT_LEAST_ONCE)
                .payloadFormatIndicator(Mqtt5PayloadFormatIndicator.UTF_8)
                .contentType("text/plain")
                .responseTopic("properties/answer")
                .correlationData(new byte[] {0, -1, 7})
                .userProperties()
                .add("unit", "m")
                .add("unit", "cm")
                .add("", "empty name")
                .applyUserProperties()
                .build();
        try (Device device = Device.connect(broker.port(), "properties")) {
            device.subscribe("properties/x", MqttQos.AT_LEAST_ONCE);

            device.client().publish(sent);

            Mqtt5Publish got = device.next();
            assertThat(got.getPayloadAsBytes()).isEqualTo(sent.getPayloadAsBytes());
            assertThat(got.getPayloadFormatIndicator()).isEqualTo(sent.getPayloadFormatIndicator());
            assertThat(got.getContentType()).isEqualTo(sent.getContentType());
            assertThat(got.getResponseTopic()).isEqualTo(sent.getResponseTopic());
            assertThat(got.getCorrelationData()).isEqualTo(sent.getCorrelationData());
            assertThat(got.getUserProperties()).isEqualTo(sent.getUserProperties());
        }
    }

    @Test
    void deliversAnExactlyOnceMessageOnceWhenItsPublishComesAgain(MqttBroker broker) throws Exception {
        // [MQTT-4.3.3-10], [MQTT-4.3.3-11], [MQTT-4.3.3-12]
        try (Device subscriber = Device.connect(broker.port(), "once-subscriber");
                RawClient publisher = new RawClient(broker.port())) {
            subscriber.subscribe("once/x", MqttQos.EXACTLY_ONCE);
            publisher.send(RawClient.connect5("once-publisher", 60)).read();

            publisher.send(RawClient.packet(0x34, "once/x", 0, 7, 0, "first".getBytes(UTF_8)));
            assertThat(publisher.read().type()).isEqualTo(PUBREC);
            publisher.send(RawClient.packet(0x3C, "once/x", 0, 7, 0, "first".getBytes(UTF_8)));
            assertThat(publisher.read().type()).isEqualTo(PUBREC);
            publisher.send(RawClient.packet(0x62, 0, 7));
            assertThat(publisher.read().type()).isEqualTo(PUBCOMP);
            publisher.send(RawClient.packet(0x34, "once/x", 0, 7, 0, "second".getBytes(UTF_8)));

            assertThat(subscriber.next(2)).containsExactly("first", "second");
        }
    }

    @Test
    void hasNoMoreMessagesUnderWayThanTheSubscriberTakes(MqttBroker broker)
            throws Exception { // [MQTT-3.3.4-9], [MQTT-4.3.2-3]
        byte[] receiveMaximumOfTwo = {3, 0x21, 0, 2};
        try (Device publisher = Device.connect(broker.port(), "window-publisher");
                RawClient subscriber = new RawClient(broker.port())) {
            subscriber
                    .send(RawClient.packet(0x10, "MQTT", 5, 0x02, 0, 60, receiveMaximumOfTwo, "window-subscriber"))
                    .read();
            subscriber.send(RawClient.subscribe5("window/x", 1)).read();
            for (int i = 0; i < 5; i++) {
                publisher.publish("window/x", "message", MqttQos.AT_LEAST_ONCE);
            }

            RawPacket first = subscriber.read();
            RawPacket second = subscriber.read();
            RawPacket afterPing = subscriber.send(RawClient.packet(0xC0)).read();
            subscriber.send(RawClient.packet(0x40, packetId(first)));
            RawPacket third = subscriber.read();

            assertThat(first.type()).isEqualTo(PUBLISH);
            assertThat(second.type()).isEqualTo(PUBLISH);
            assertThat(packetId(second)).isNotEqualTo(packetId(first));
            assertThat(afterPing.header()).isEqualTo(0xD0);
            assertThat(third.type()).isEqualTo(PUBLISH);
        }
    }

    private static byte[] packetId(RawPacket publish) {
        int at = 2 + ((publish.at(0) << 8) | publish.at(1));
        return new byte[] {publish.body()[at], publish.body()[at + 1]};
    }

    @Test
    void sendsNoPacketThatIsLargerThanTheSubscriberTakes(MqttBroker broker) throws Exception { // [MQTT-3.1.2-24]
        Mqtt5Connect connect = Mqtt5Connect.builder()
                .restrictions(Mqtt5ConnectRestrictions.builder()
                        .maximumPacketSize(200)
                        .build())
                .build();
        try (Device publisher = Device.connect(broker.port(), "large-publisher");
                Device subscriber = Device.connect(broker.port(), "small-subscriber", connect)) {
            subscriber.subscribe("large/x", MqttQos.AT_LEAST_ONCE);

            publisher.publish("large/x", "x".repeat(300), MqttQos.AT_LEAST_ONCE);
            publisher.publish("large/x", "small", MqttQos.AT_LEAST_ONCE);

            assertThat(Device.text(subscriber.next())).isEqualTo("small");
        }
    }

    @Test
    void keepsTheOrderOfEachTopic(MqttBroker broker) throws Exception { // [MQTT-4.6.0-6]
        int publishers = 4;
        int messages = 2_000;
        try (Device subscriber = Device.connect(broker.port(), "order-subscriber")) {
            subscriber.subscribe("order/#", MqttQos.AT_LEAST_ONCE);
            List<CompletableFuture<?>> running = new ArrayList<>();
            for (int p = 0; p < publishers; p++) {
                String topic = "order/" + p;
                running.add(CompletableFuture.runAsync(() -> {
                    try (Device publisher = Device.connect(broker.port(), topic.replace('/', '-'))) {
                        for (int i = 0; i < messages; i++) {
                            publisher.publish(topic, Integer.toString(i), MqttQos.AT_LEAST_ONCE);
                        }
                    }
                }));
            }

            int[] next = new int[publishers];
            for (int i = 0; i < publishers * messages; i++) {
                Mqtt5Publish publish = subscriber.next();
                int topic = Integer.parseInt(publish.getTopic().toString().substring("order/".length()));
                assertThat(Device.text(publish)).isEqualTo(Integer.toString(next[topic]++));
            }
            CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void tellsAPublisherThatNobodyWantedItsMessageOrSaysSuccess(MqttBroker broker) throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect5("unheard", 60)).read();

            RawPacket pubAck = client.send(RawClient.packet(0x32, "nobody/listens", 0, 3, 0, 1))
                    .read();

            assertThat(pubAck.header()).isEqualTo(0x40);
            int code = pubAck.body().length > 2 ? pubAck.at(2) : 0;
            assertThat(code).isIn(0x00, Mqtt5PubAckReasonCode.NO_MATCHING_SUBSCRIBERS.getCode());
        }
    }

    @Test
    void refusesAFilterThatIsMalformed(MqttBroker broker) throws Exception { // [MQTT-4.7.1-1]
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect5("bad-filter", 60)).read();

            RawPacket subAck = client.send(RawClient.subscribe5("a/b#", 1)).read();

            assertThat(subAck.body()[subAck.body().length - 1] & 0xFF)
                    .isEqualTo(Mqtt5SubAckReasonCode.TOPIC_FILTER_INVALID.getCode());
        }
    }
}
