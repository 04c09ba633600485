package io.magnetar.it.mqtt;

import static io.magnetar.it.client.DurableClients.connect;
import static io.magnetar.it.client.DurableClients.connect5;
import static io.magnetar.it.client.DurableClients.durable;
import static io.magnetar.it.client.DurableClients.packetId;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3Client;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Subscriptions to a part of a stream, and the message that tells their end. */
@ExtendWith(MqttExtension.class)
class ReplayRangeTest {
    private static final int PUBLISH = 3;
    private static final int PINGRESP = 13;
    private static final int DUP = 8;

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    private static void publish(MqttBroker broker, String topic, List<String> payloads) {
        try (Device publisher = Device.connect(broker.port(), "publisher-of-" + topic.replace('/', '-'))) {
            payloads.forEach(payload -> publisher.publish(topic, payload, MqttQos.EXACTLY_ONCE));
        }
    }

    private static void isMarker(Mqtt5Publish publish, String filter, String stream, int sent) {
        assertThat(publish.getTopic()).hasToString("$stream-end/" + filter.replace("#", "%23"));
        assertThat(publish.getPayloadAsBytes()).isEmpty();
        assertThat(publish.isRetain()).isFalse();
        assertThat(Device.userProperty(publish, "stream-end")).isEqualTo(Integer.toString(sent));
        assertThat(Device.userProperty(publish, "stream")).isEqualTo(stream);
    }

    @ParameterizedTest
    @EnumSource(MqttQos.class)
    void deliversTheRangeThenItsEndThenNothing(MqttQos qos, EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        String name = "range-" + qos.getCode();
        String filter = "$s/earliest..now/" + name + "/#";
        Streams.create(pulsar, broker, name, name + "/#", 3);
        publish(broker, name + "/x", numbers(0, 100));
        try (Device device = Device.connect(broker.port(), name)) {
            assertThat(device.subscribe(filter, qos).getCode()).isEqualTo(qos.getCode());
            publish(broker, name + "/x", List.of("behind"));
            assertThat(device.next(100)).isEqualTo(numbers(0, 100));
            Mqtt5Publish marker = device.next();
            isMarker(marker, filter, name, 100);
            assertThat(marker.getQos()).isEqualTo(qos);

            assertThat(device.subscribe(filter, qos).getCode()).as("goes on").isEqualTo(qos.getCode());
            device.subscribe("$stream/" + name + "@last-1", MqttQos.AT_LEAST_ONCE);
            assertThat(device.next(1)).containsExactly("behind");
            publish(broker, name + "/x", List.of("new"));
            assertThat(device.next(1)).containsExactly("new");
            device.publish(name + "/x", "newer", MqttQos.AT_LEAST_ONCE);
            assertThat(device.next(1)).as("once").containsExactly("newer");
        }
    }

    @Test
    void eachSubscriptionHasItsOwnEndWithItsIdentifier(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "range-ids", "range-ids/#", 2);
        publish(broker, "range-ids/x", numbers(0, 3));
        try (RawClient client = new RawClient(broker.port())) {
            connect(client, connect5("range-ids", true, 0));
            client.send(RawClient.packet(0x82, 0, 1, 2, 0x0B, 7, "$stream/range-ids@last-2..latest/range-ids/+", 1));
            List<String> got = new ArrayList<>();
            RawPacket marker = null;
            while (marker == null) {
                RawPacket packet = client.read();
                if (packet.type() == PUBLISH) {
                    client.send(RawClient.packet(0x40, packetId(packet)));
                    String text = new String(packet.body(), UTF_8);
                    if (text.contains("$stream-end/$stream/range-ids@last-2..latest/range-ids/%2B")) {
                        marker = packet;
                    } else {
                        got.add(packet.payload5());
                    }
                }
            }
            assertThat(got).containsExactly("1", "2");
            assertThat(marker.body()).containsSequence(0x0B, 7);
        }
    }

    @Test
    void aClientOfMqtt3KnowsTheEndByItsTopic(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "range-three", "range-three/#", 2);
        publish(broker, "range-three/x", numbers(0, 5));
        Mqtt3BlockingClient client = Mqtt3Client.builder()
                .identifier("range-three")
                .serverHost("127.0.0.1")
                .serverPort(broker.port())
                .buildBlocking();
        try (Mqtt3BlockingClient.Mqtt3Publishes publishes = client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.connect();
            client.subscribeWith()
                    .topicFilter("$s/-1h..now/range-three/#")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
            List<String> topics = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Mqtt3Publish next = publishes.receive(20, TimeUnit.SECONDS).orElseThrow();
                topics.add(next.getTopic().toString());
            }
            assertThat(topics.subList(0, 5)).containsOnly("range-three/x");
            assertThat(topics.get(5)).isEqualTo("$stream-end/$s/-1h..now/range-three/%23");
            client.disconnect();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "9..9, its end is to be later than its begin",
        "latest..now, its end is to be a time in the future",
        "now..latest, the offset of a stream subscription is",
        "earliest..earliest, <to> may be 'now'",
        "last-1..last-2, the first number is to be the greater one",
        "earliest..999999:1, has no message 999999:1:0"
    })
    void saysWhatWouldBeRight(String offset, String reason, EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        String name = "range-bad-" + offset.hashCode();
        Streams.create(pulsar, broker, name, name, 1);
        try (Device device = Device.connect(broker.port(), "range-bad")) {
            assertThat(refusal(device, "$s/" + offset + "/" + name)).contains(reason);
        }
    }

    private static String refusal(Device device, String filter) {
        try {
            device.client()
                    .subscribe(Mqtt5Subscribe.builder().topicFilter(filter).build());
            throw new AssertionError("it was granted");
        } catch (Mqtt5SubAckException e) {
            assertThat(e.getMqttMessage().getReasonCodes()).containsExactly(Mqtt5SubAckReasonCode.TOPIC_FILTER_INVALID);
            return e.getMqttMessage().getReasonString().orElseThrow().toString();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = MqttQos.class,
            names = {"AT_LEAST_ONCE", "EXACTLY_ONCE"})
    void aDurableSessionGetsTheEndUntilItIsAcknowledged(MqttQos qos, EmbeddedPulsar pulsar, MqttBroker broker)
            throws Exception {
        String name = "range-durable-" + qos.getCode();
        String filter = "$s/earliest..now/" + name + "/#";
        Streams.create(pulsar, broker, name, name + "/#", 2);
        publish(broker, name + "/x", numbers(0, 4));
        byte[] markerId;
        try (RawClient client = new RawClient(broker.port())) {
            connect(client, connect5(name, true, 60));
            client.send(RawClient.subscribe5(filter, qos.getCode()));
            List<RawPacket> sent = publishes(client, 5);
            assertThat(new String(sent.get(4).body(), UTF_8)).contains("$stream-end/", "stream-end");
            markerId = packetId(sent.get(4));
            client.send(RawClient.packet(qos == MqttQos.AT_LEAST_ONCE ? 0x40 : 0x50, packetId(sent.get(0))));
            client.send(RawClient.packet(0xC0));
            while (client.read().type() != PINGRESP) {
                // A PUBREL comes before it at QoS 2.
            }
        }
        publish(broker, name + "/x", List.of("behind"));

        try (RawClient again = new RawClient(broker.port())) {
            connect(again, connect5(name, false, 60));
            List<RawPacket> resent = publishes(again, 4);
            assertThat(resent.stream().limit(3).map(RawPacket::payload5)).containsExactly("1", "2", "3");
            RawPacket marker = resent.get(3);
            assertThat(new String(marker.body(), UTF_8)).contains("$stream-end/");
            assertThat(packetId(marker)).isEqualTo(markerId);
            assertThat(marker.header() & DUP).isEqualTo(DUP);
        }
        try (Device last = durable(broker.port(), name)) {
            assertThat(last.next(3)).containsExactly("1", "2", "3");
            isMarker(last.next(), filter, name, 4);
        }
        try (Device over = durable(broker.port(), name)) {
            assertThat(over.subscribe(filter, qos).getCode()).isEqualTo(qos.getCode());
            over.subscribe("$stream/" + name + "@last-1", MqttQos.AT_LEAST_ONCE);
            assertThat(over.next(1)).containsExactly("behind");
            over.publish(name + "/x", "new", MqttQos.AT_LEAST_ONCE);
            assertThat(over.next(1)).containsExactly("new");
        }
    }

    /** The next PUBLISH packets, whatever comes between them. */
    private static List<RawPacket> publishes(RawClient client, int count) throws Exception {
        List<RawPacket> found = new ArrayList<>();
        while (found.size() < count) {
            RawPacket packet = client.read();
            if (packet.type() == PUBLISH) {
                found.add(packet);
            }
        }
        return found;
    }

    @Test
    void aDurableSessionGoesOnInARangeWhoseEndIsPastByThen(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "range-future", "range-future/#", 2);
        Instant end = Instant.now().plusSeconds(3);
        String filter = "$s/latest.." + end + "/range-future/#";
        try (Device first = durable(broker.port(), "range-future")) {
            first.subscribe(filter, MqttQos.AT_LEAST_ONCE);
            publish(broker, "range-future/x", List.of("a"));
            assertThat(first.next(1)).containsExactly("a");
        }
        publish(broker, "range-future/x", List.of("b"));
        try (Device barrier = Device.connect(broker.port(), "range-future-barrier")) {
            barrier.subscribe("$s/latest.." + end + "/range-future/none", MqttQos.AT_LEAST_ONCE);
            assertThat(barrier.next().getTopic().toString()).startsWith("$stream-end/");
        }
        publish(broker, "range-future/x", List.of("too late"));
        try (Device second = durable(broker.port(), "range-future")) {
            assertThat(second.subscribe(filter, MqttQos.AT_LEAST_ONCE).getCode())
                    .isEqualTo(1);
            assertThat(second.next(1)).containsExactly("b");
            isMarker(second.next(), filter, "range-future", 2);
        }
    }
}
