package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.PingFlood;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients that break the protocol or take without reading: they are closed or bounded, and nobody else notices. */
@ExtendWith(MqttExtension.class)
class HostileClientTest {
    private static final int PINGRESP = 13;
    private static final int DISCONNECT = 14;
    private static final int MALFORMED = 0x81;
    private static final int PROTOCOL_ERROR = 0x82;
    private static final int TOPIC_NAME_INVALID = 0x90;
    private static final int TOPIC_ALIAS_INVALID = 0x94;
    private static final int PACKET_TOO_LARGE = 0x95;

    private static Arguments breach(String what, byte[] bytes, Integer... codes) {
        return Arguments.of(what, bytes, codes);
    }

    static Stream<Arguments> breaches() {
        byte[] noUtf8 = {0, 2, (byte) 0xC3, 0x28};
        byte[] surrogate = {0, 3, (byte) 0xED, (byte) 0xA0, (byte) 0x80};
        return Stream.of(
                breach("QoS 3 [MQTT-3.3.1-4]", RawClient.packet(0x36, "a", 0, 1, 0), MALFORMED),
                breach("DUP at QoS 0 [MQTT-3.3.1-2]", RawClient.packet(0x38, "a", 0), MALFORMED, PROTOCOL_ERROR),
                breach(
                        "packet identifier 0 [MQTT-2.2.1-3]",
                        RawClient.packet(0x32, "a", 0, 0, 0),
                        MALFORMED,
                        PROTOCOL_ERROR),
                breach(
                        "wildcard in a topic name [MQTT-3.3.2-2]",
                        RawClient.packet(0x30, "a/+", 0),
                        MALFORMED,
                        TOPIC_NAME_INVALID),
                breach(
                        "empty topic without alias",
                        RawClient.packet(0x30, "", 0),
                        MALFORMED,
                        PROTOCOL_ERROR,
                        TOPIC_NAME_INVALID),
                breach(
                        "null character [MQTT-1.5.4-2]",
                        RawClient.packet(0x30, "a\0b", 0),
                        MALFORMED,
                        TOPIC_NAME_INVALID),
                breach(
                        "topic is no UTF-8 [MQTT-1.5.4-1]",
                        RawClient.packet(0x30, noUtf8, 0),
                        MALFORMED,
                        TOPIC_NAME_INVALID),
                breach(
                        "topic has a surrogate [MQTT-1.5.4-1]",
                        RawClient.packet(0x30, surrogate, 0),
                        MALFORMED,
                        TOPIC_NAME_INVALID),
                breach("topic longer than its packet", RawClient.packet(0x30, 0xFF, 0xFF, 0x61, 0), MALFORMED),
                breach(
                        "topic alias 0 [MQTT-3.3.2-8]",
                        RawClient.packet(0x30, "a", 3, 0x23, 0, 0),
                        TOPIC_ALIAS_INVALID,
                        PROTOCOL_ERROR),
                breach(
                        "topic alias above the maximum [MQTT-3.3.2-9]",
                        RawClient.packet(0x30, "a", 3, 0x23, 0xFF, 0xFF),
                        TOPIC_ALIAS_INVALID),
                breach("unknown property", RawClient.packet(0x30, "a", 2, 0x7E, 0), MALFORMED, PROTOCOL_ERROR),
                breach("property twice", RawClient.packet(0x30, "a", 4, 0x01, 0, 0x01, 0), PROTOCOL_ERROR, MALFORMED),
                breach(
                        "subscription identifier from a client [MQTT-3.3.4-6]",
                        RawClient.packet(0x30, "a", 2, 0x0B, 1),
                        PROTOCOL_ERROR,
                        MALFORMED),
                breach(
                        "SUBSCRIBE without filters [MQTT-3.8.3-2]",
                        RawClient.packet(0x82, 0, 1, 0),
                        PROTOCOL_ERROR,
                        MALFORMED),
                breach("SUBSCRIBE with wrong flags [MQTT-3.8.1-1]", RawClient.packet(0x80, 0, 1, 0, "a", 0), MALFORMED),
                breach(
                        "SUBSCRIBE with reserved options [MQTT-3.8.3-5]",
                        RawClient.packet(0x82, 0, 1, 0, "a", 0xC0),
                        MALFORMED,
                        PROTOCOL_ERROR),
                breach("SUBSCRIBE with QoS 3", RawClient.packet(0x82, 0, 1, 0, "a", 3), MALFORMED, PROTOCOL_ERROR),
                breach(
                        "no local on a shared subscription [MQTT-3.8.3-4]",
                        RawClient.packet(0x82, 0, 1, 0, "$share/g/a", 4),
                        PROTOCOL_ERROR),
                breach(
                        "UNSUBSCRIBE without filters [MQTT-3.10.3-2]",
                        RawClient.packet(0xA2, 0, 1, 0),
                        PROTOCOL_ERROR,
                        MALFORMED),
                breach("PUBREL with wrong flags [MQTT-3.6.1-1]", RawClient.packet(0x60, 0, 1), MALFORMED),
                breach("PINGREQ with a body", RawClient.packet(0xC0, 1), MALFORMED),
                breach("packet type 0", RawClient.packet(0x00), MALFORMED, PROTOCOL_ERROR),
                breach("AUTH that nobody asked for", RawClient.packet(0xF0), PROTOCOL_ERROR),
                breach("CONNACK from a client", RawClient.packet(0x20, 0, 0, 0), PROTOCOL_ERROR, MALFORMED),
                breach(
                        "remaining length of five bytes [MQTT-1.5.5-1]",
                        RawClient.bytes(0x30, 0xFF, 0xFF, 0xFF, 0xFF, 1),
                        MALFORMED,
                        PACKET_TOO_LARGE),
                breach("packet of 256 MB announced", RawClient.bytes(0x30, 0xFF, 0xFF, 0xFF, 0x7F), PACKET_TOO_LARGE),
                breach("packet one byte too large", tooLarge(), PACKET_TOO_LARGE));
    }

    /** The start of a PUBLISH whose whole size is one byte above the default {@code mqttMaxPacketSize} of 1 MiB. */
    private static byte[] tooLarge() {
        int remaining = (1 << 20) + 1 - 4;
        return RawClient.bytes(0x30, (remaining & 0x7F) | 0x80, ((remaining >> 7) & 0x7F) | 0x80, remaining >> 14);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("breaches")
    void tellsAnMqtt5ClientWhatItBrokeAndCloses(String what, byte[] breach, Integer[] codes, MqttBroker broker)
            throws Exception { // [MQTT-4.13.1-1], [MQTT-4.13.2-1]
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect5("hostile", 60)).read();

            RawPacket farewell = client.send(breach).read();

            assertThat(farewell.type()).isEqualTo(DISCONNECT);
            assertThat(farewell.at(0)).as("reason code").isIn((Object[]) codes);
            client.readUntilClosed();
        }
    }

    @Test
    void closesAnMqtt311ClientWithoutAWord(MqttBroker broker) throws Exception { // 3.1.1: [MQTT-4.8.0-1]
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect311("hostile-311", 60)).read();

            assertThat(client.send(RawClient.packet(0x36, "a", 0, 1)).readUntilClosed())
                    .isZero();
        }
    }

    @Test
    void survivesGarbage(MqttBroker broker) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Device bystander = Device.connect(broker.port(), "garbage-bystander")) {
            bystander.subscribe("garbage/bystander", MqttQos.AT_LEAST_ONCE);
            for (int i = 0; i < 300; i++) {
                byte[] garbage = new byte[1 + random.nextInt(400)];
                random.nextBytes(garbage);
                try (RawClient client = new RawClient(broker.port())) {
                    if (random.nextBoolean()) {
                        client.send(RawClient.connect5("garbage-" + i, 60)).read();
                    }
                    client.send(garbage);
                } catch (IOException closed) {
                    // The broker may hang up while the garbage is still being sent.
                }
            }

            bystander.publish("garbage/bystander", "well", MqttQos.AT_LEAST_ONCE);

            assertThat(bystander.next(1)).as("seed %d", seed).containsExactly("well");
            assertThat(bystander.client().getState().isConnected()).isTrue();
        }
    }

    @Test
    void understandsASessionThatArrivesByteByByte(MqttBroker broker) throws Exception { // [MQTT-4.2.0-1]
        byte[] all = RawClient.bytes(
                RawClient.connect5("slow", 60),
                RawClient.subscribe5("slow/x", 1),
                RawClient.packet(0x32, "slow/x", 0, 5, 0, "hello".getBytes(UTF_8)));
        try (RawClient client = new RawClient(broker.port())) {
            for (byte one : all) {
                client.send(new byte[] {one});
            }

            assertThat(client.read().type()).isEqualTo(2);
            assertThat(client.read().type()).isEqualTo(9);
            assertThat(Stream.of(client.read().type(), client.read().type())).containsExactlyInAnyOrder(3, 4);
        }
    }

    @Test
    void servesOthersWhileAPacketStaysHalfSent(MqttBroker broker) throws Exception {
        try (RawClient half = new RawClient(broker.port());
                Device device = Device.connect(broker.port(), "half-bystander")) {
            half.send(RawClient.connect5("half", 60)).read();
            half.send(new byte[] {0x30, 0x7F, 0, 4, 'h', 'a'});
            device.subscribe("half/bystander", MqttQos.AT_LEAST_ONCE);

            device.publish("half/bystander", "served", MqttQos.AT_LEAST_ONCE);

            assertThat(device.next(1)).containsExactly("served");
        }
    }

    @Test
    void boundsWhatWaitsForASubscriberThatNeverReads(MqttBroker broker) throws Exception {
        int messages = 100_000;
        byte[] publish = RawClient.packet(0x30, "flood/x", 0, new byte[2_000]);
        try (RawClient deaf = new RawClient(broker.port());
                RawClient publisher = new RawClient(broker.port());
                Device reader = Device.connect(broker.port(), "flood-reader")) {
            deaf.send(RawClient.connect5("deaf", 0)).read();
            deaf.send(RawClient.subscribe5("flood/x", 0)).read();
            reader.subscribe("flood/end", MqttQos.AT_LEAST_ONCE);
            publisher.send(RawClient.connect5("flood-publisher", 60)).read();
            long dropped = broker.status().counter("droppedOutboundBufferFull");
            long memory = PlatformDependent.usedDirectMemory();

            for (int i = 0; i < messages; i++) {
                publisher.send(publish);
            }
            publisher.send(RawClient.packet(0x32, "flood/end", 0, 1, 0, "end".getBytes(UTF_8)));

            assertThat(reader.next(1)).containsExactly("end");
            assertThat(broker.status().counter("droppedOutboundBufferFull") - dropped)
                    .as("dropped and counted, of %d", messages)
                    .isBetween(messages / 2L, (long) messages);
            assertThat(PlatformDependent.usedDirectMemory() - memory)
                    .as("growth of direct memory while 200 MB were published")
                    .isLessThan(64L << 20);
        }
    }

    @Test
    void boundsWhatWaitsForASubscriberThatNeverAcknowledges(MqttBroker broker) throws Exception {
        int messages = 15_000;
        try (RawClient mute = new RawClient(broker.port());
                RawClient publisher = new RawClient(broker.port());
                Device reader = Device.connect(broker.port(), "unacked-reader")) {
            mute.send(RawClient.connect5("mute", 0)).read();
            mute.send(RawClient.subscribe5("unacked/x", 1)).read();
            reader.subscribe("unacked/end", MqttQos.AT_LEAST_ONCE);
            publisher.send(RawClient.connect5("unacked-publisher", 60)).read();
            long dropped = broker.status().counter("droppedQueueFull");

            byte[] qos1 = RawClient.packet(0x32, "unacked/x", 0, 1, 0, new byte[100]);
            for (int i = 0; i < messages; i++) {
                publisher.send(qos1);
                assertThat(publisher.read().type()).isEqualTo(4);
            }
            publisher.send(RawClient.packet(0x32, "unacked/end", 0, 1, 0, "end".getBytes(UTF_8)));

            assertThat(reader.next(1)).containsExactly("end");
            assertThat(broker.status().counter("droppedQueueFull") - dropped)
                    .as("dropped and counted: of %d, 1,000 are under way and 10,000 wait", messages)
                    .isEqualTo(messages - 11_000L);
        }
    }

    @Test
    void forgetsWhatItHasReadWhileAPacketStaysHalfSent(MqttBroker broker) throws Exception {
        byte[] publish = RawClient.packet(0x30, "unfinished/x", 0, new byte[1_000]);
        byte[] rest = Arrays.copyOfRange(publish, 1, publish.length);
        byte[] first = {publish[0]};
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect5("unfinished", 60)).read();
            client.send(first);
            long memory = PlatformDependent.usedDirectMemory();

            for (int i = 0; i < 100_000; i++) {
                client.send(RawClient.bytes(rest, first));
            }
            client.send(RawClient.bytes(rest, RawClient.packet(0xC0)));

            assertThat(client.read().type()).isEqualTo(PINGRESP);
            assertThat(PlatformDependent.usedDirectMemory() - memory)
                    .as("growth of direct memory while 100 MB were read")
                    .isLessThan(32L << 20);
        }
    }

    @Test
    void isNotMadeToAnswerAClientThatNeverReads(MqttBroker broker) throws Exception {
        try (RawClient deaf = new RawClient(broker.port())) {
            deaf.send(RawClient.connect5("deaf-pinger", 0)).read();

            assertThat(PingFlood.send(deaf::send))
                    .as("bytes taken before the broker read no more")
                    .isLessThan(64L << 20);
        }
    }

    @Test
    void servesOthersWhenClientsDieInTheMiddleOfAPublish(MqttBroker broker) throws Exception {
        try (Device device = Device.connect(broker.port(), "abrupt-bystander")) {
            device.subscribe("abrupt/x", MqttQos.AT_LEAST_ONCE);
            for (int i = 0; i < 20; i++) {
                try (RawClient client = new RawClient(broker.port())) {
                    client.send(RawClient.connect5("abrupt-" + i, 60)).read();
                    client.send(new byte[] {0x32, 0x20, 0, 8, 'a', 'b'});
                }
            }

            device.publish("abrupt/x", "alive", MqttQos.AT_LEAST_ONCE);

            assertThat(device.next(1)).containsExactly("alive");
        }
    }
}
