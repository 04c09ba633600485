package io.magnetar.it.mqtt;

import static io.magnetar.it.client.DurableClients.connect;
import static io.magnetar.it.client.DurableClients.connect5;
import static io.magnetar.it.client.DurableClients.durable;
import static io.magnetar.it.client.DurableClients.packetId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A durable session goes on in a stream behind what its client has acknowledged. */
@ExtendWith(MqttExtension.class)
class StreamCursorTest {
    private static final int DUP = 8;
    private static final int PUBLISH = 3;
    private static final int PUBREL = 6;

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    private static void publish(MqttBroker broker, String topic, List<String> payloads) {
        try (Device publisher = Device.connect(broker.port(), "publisher-of-" + topic.replace('/', '-'))) {
            payloads.forEach(payload -> publisher.publish(topic, payload, MqttQos.EXACTLY_ONCE));
        }
    }

    @ParameterizedTest
    @EnumSource(MqttQos.class)
    void goesOnBehindWhatItHas(MqttQos qos, EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        String name = "cursor-" + qos.getCode();
        String filter = "$s/earliest/" + name + "/#";
        Streams.create(pulsar, broker, name, name + "/#", 4);
        publish(broker, name + "/x", numbers(0, 50));
        try (Device first = durable(broker.port(), name)) {
            first.subscribe(filter, qos);
            assertThat(first.next(50)).isEqualTo(numbers(0, 50));
        }
        publish(broker, name + "/x", numbers(50, 60));

        try (Device second = durable(broker.port(), name)) {
            assertThat(second.subscribe(filter, qos).getCode()).isEqualTo(qos.getCode());
            assertThat(second.next(10)).isEqualTo(numbers(50, 60));
        }
        publish(broker, name + "/x", numbers(60, 61));
        try (Device third = durable(broker.port(), name)) {
            assertThat(third.next(1)).as("without subscribing again").isEqualTo(numbers(60, 61));
        }
    }

    @Test
    void sendsAgainWhatWasNotAcknowledgedWithItsPacketIdAndDup(EmbeddedPulsar pulsar, MqttBroker broker)
            throws Exception { // [MQTT-4.4.0-1], [MQTT-3.3.1-1]
        Streams.create(pulsar, broker, "cursor-again", "cursor-again/#", 1);
        publish(broker, "cursor-again/x", numbers(0, 4));
        try (RawClient client = new RawClient(broker.port())) {
            connect(client, connect5("cursor-again", true, 60));
            client.send(RawClient.subscribe5("$s/earliest/cursor-again/#", 1));
            List<RawPacket> sent = publishes(client, 4);
            client.send(RawClient.packet(0x40, packetId(sent.get(0))));
            client.send(RawClient.packet(0x40, packetId(sent.get(2))));
            client.send(RawClient.packet(0xC0)).read();

            try (RawClient again = new RawClient(broker.port())) {
                connect(again, connect5("cursor-again", false, 60));
                publish(broker, "cursor-again/x", numbers(4, 5));
                List<RawPacket> resent = publishes(again, 3);

                assertThat(resent.stream().map(RawPacket::payload5)).containsExactly("1", "3", "4");
                assertThat(packetId(resent.get(0))).isEqualTo(packetId(sent.get(1)));
                assertThat(packetId(resent.get(1))).isEqualTo(packetId(sent.get(3)));
                assertThat(resent.stream().map(packet -> packet.header() & DUP)).containsExactly(DUP, DUP, 0);
            }
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
    void completesAQos2ExchangeAndDoesNotBeginItAgain(EmbeddedPulsar pulsar, MqttBroker broker)
            throws Exception { // [MQTT-4.3.3-4]
        Streams.create(pulsar, broker, "cursor-two", "cursor-two/#", 1);
        publish(broker, "cursor-two/x", numbers(0, 2));
        try (RawClient client = new RawClient(broker.port())) {
            connect(client, connect5("cursor-two", true, 60));
            client.send(RawClient.subscribe5("$s/earliest/cursor-two/#", 2));
            List<RawPacket> sent = publishes(client, 2);
            client.send(RawClient.packet(0x50, packetId(sent.get(0))));
            assertThat(client.read().type()).isEqualTo(PUBREL);

            try (RawClient again = new RawClient(broker.port())) {
                connect(again, connect5("cursor-two", false, 60));
                RawPacket first = again.read();
                RawPacket second = again.read();

                assertThat(first.type()).isEqualTo(PUBREL);
                assertThat(first.packetId()).isEqualTo(sent.get(0).packetId());
                assertThat(second.type()).isEqualTo(PUBLISH);
                assertThat(second.payload5()).isEqualTo("1");
                assertThat(second.packetId()).isEqualTo(sent.get(1).packetId());
                assertThat(second.header() & DUP).isEqualTo(DUP);
            }
        }
    }

    @Test
    void aSeekCompletesTheQos2ExchangesThatItLeavesBehind(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "cursor-left", "cursor-left/#", 1);
        publish(broker, "cursor-left/x", numbers(0, 1));
        try (RawClient client = new RawClient(broker.port())) {
            connect(client, connect5("cursor-left", true, 60));
            client.send(RawClient.subscribe5("$s/earliest/cursor-left/#", 2));
            RawPacket left = publishes(client, 1).get(0);
            client.send(RawClient.subscribe5("$s/latest/cursor-left/#", 2)).read();

            try (RawClient again = new RawClient(broker.port())) {
                connect(again, connect5("cursor-left", false, 60));
                RawPacket release = again.read();
                assertThat(release.type()).as("the client may have begun it").isEqualTo(PUBREL);
                assertThat(release.packetId()).isEqualTo(left.packetId());
                publish(broker, "cursor-left/x", numbers(1, 2));
                RawPacket next = again.read();
                assertThat(next.payload5()).isEqualTo("1");
                assertThat(next.packetId()).as("is not free yet").isNotEqualTo(left.packetId());
            }
        }
    }

    @Test
    void anotherOffsetGoesThereAndStaysThere(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "cursor-seek", "cursor-seek/#", 1);
        publish(broker, "cursor-seek/x", numbers(0, 10));
        try (Device first = durable(broker.port(), "cursor-seek")) {
            first.subscribe("$s/earliest/cursor-seek/#", MqttQos.AT_LEAST_ONCE);
            assertThat(first.next(10)).isEqualTo(numbers(0, 10));
            first.subscribe("$s/last-3/cursor-seek/#", MqttQos.AT_LEAST_ONCE);
            assertThat(first.next(3)).isEqualTo(numbers(7, 10));
        }
        publish(broker, "cursor-seek/x", numbers(10, 12));
        try (Device second = durable(broker.port(), "cursor-seek")) {
            second.subscribe("$s/last-3/cursor-seek/#", MqttQos.AT_LEAST_ONCE);
            assertThat(second.next(2)).as("the same offset").isEqualTo(numbers(10, 12));
            second.client()
                    .unsubscribeWith()
                    .topicFilter("$s/last-3/cursor-seek/#")
                    .send();
            second.subscribe("$s/last-3/cursor-seek/#", MqttQos.AT_LEAST_ONCE);
            assertThat(second.next(3)).as("its place was forgotten").isEqualTo(numbers(9, 12));
        }
    }

    @Test
    void latestIsWhereItWasWhenItWasSubscribedTo(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "cursor-latest", "cursor-latest/#", 2);
        publish(broker, "cursor-latest/x", numbers(0, 3));
        try (Device first = durable(broker.port(), "cursor-latest")) {
            first.subscribe("$stream/cursor-latest", MqttQos.AT_LEAST_ONCE);
        }
        publish(broker, "cursor-latest/x", numbers(3, 6));
        try (Device second = durable(broker.port(), "cursor-latest")) {
            assertThat(second.next(3)).isEqualTo(numbers(3, 6));
        }
    }

    @Test
    void anEndedSessionLeavesNoPlaceBehind(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "cursor-ended", "cursor-ended/#", 1);
        publish(broker, "cursor-ended/x", numbers(0, 3));
        try (Device first = durable(broker.port(), "cursor-ended")) {
            first.subscribe("$s/earliest/cursor-ended/#", MqttQos.AT_LEAST_ONCE);
            assertThat(first.next(3)).isEqualTo(numbers(0, 3));
        }
        try (RawClient clean = new RawClient(broker.port())) {
            connect(clean, connect5("cursor-ended", true, 0));
        }
        try (Device second = durable(broker.port(), "cursor-ended")) {
            second.subscribe("$s/earliest/cursor-ended/#", MqttQos.AT_LEAST_ONCE);
            assertThat(second.next(3)).isEqualTo(numbers(0, 3));
        }
    }

    @Test
    void aStreamThatWasMadeAnewIsReadFromItsFirstMessage(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "cursor-anew", "cursor-anew/#", 1);
        publish(broker, "cursor-anew/x", numbers(0, 3));
        try (Device connected = durable(broker.port(), "cursor-anew-connected")) {
            connected.subscribe("$stream/cursor-anew@latest", MqttQos.AT_LEAST_ONCE);
            try (Device away = durable(broker.port(), "cursor-anew-away")) {
                away.subscribe("$stream/cursor-anew@latest", MqttQos.EXACTLY_ONCE);
            }
            pulsar.admin().topics().deletePartitionedTopic(Streams.pulsarTopic("cursor-anew"), true);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> broker.status().stream("cursor-anew").isEmpty());
            Streams.create(pulsar, broker, "cursor-anew", "cursor-anew/#", 2);
            publish(broker, "cursor-anew/x", numbers(3, 6));

            assertThat(connected.next(3)).isEqualTo(numbers(3, 6));
            try (Device back = durable(broker.port(), "cursor-anew-away")) {
                assertThat(back.next(3)).isEqualTo(numbers(3, 6));
            }
        }
    }

    @Test
    void goesOnWithTheOldestWhenItsPlaceIsNoLongerKept(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "cursor-cut", "cursor-cut/#", 1);
        publish(broker, "cursor-cut/x", numbers(0, 3));
        try (Device first = durable(broker.port(), "cursor-cut")) {
            first.subscribe("$s/earliest/cursor-cut/#", MqttQos.AT_LEAST_ONCE);
            assertThat(first.next(3)).isEqualTo(numbers(0, 3));
        }
        publish(broker, "cursor-cut/x", numbers(3, 6));
        pulsar.admin()
                .topics()
                .unload(Streams.pulsarTopic("cursor-cut")); // Only a ledger that has ended can be cut off.
        pulsar.admin().topics().truncate(Streams.pulsarTopic("cursor-cut"));
        publish(broker, "cursor-cut/x", numbers(6, 8));
        long before = broker.status().counter("streamPlacesLost");

        try (Device second = durable(broker.port(), "cursor-cut")) {
            assertThat(second.next(2)).isEqualTo(numbers(6, 8));
            assertThat(broker.status().counter("streamPlacesLost")).isEqualTo(before + 1);
        }
    }
}
