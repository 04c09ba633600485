package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.client.RawDialect;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How packets are made up: strings, flags and packet identifiers, MQTT 5.0 sections 1.5 and 2, MQTT 3.1.1 the same. */
@ExtendWith(MqttExtension.class)
class PacketFormatTest {
    private static final int DISCONNECT = 14;
    private static final int MALFORMED = 0x81;
    private static final int PROTOCOL_ERROR = 0x82;
    private static final int TOPIC_NAME_INVALID = 0x90;
    private static final byte[] NO_UTF8 = {0, 2, (byte) 0xC3, 0x28};
    private static final byte[] SURROGATE = {0, 3, (byte) 0xED, (byte) 0xA0, (byte) 0x80};

    private static Arguments breach(String what, byte[] five, byte[] three, Integer... codes) {
        return Arguments.of(what, five, three, codes);
    }

    static Stream<Arguments> breaches() {
        return Stream.of(
                breach(
                        "topic name is no UTF-8 [MQTT-1.5.4-1] [MQTT-3.3.2-1] 3.1.1: [MQTT-1.5.3-1] [MQTT-3.3.2-1]",
                        RawClient.packet(0x30, NO_UTF8, 0),
                        RawClient.packet(0x30, NO_UTF8),
                        MALFORMED),
                breach(
                        "topic name with a surrogate [MQTT-1.5.4-1] 3.1.1: [MQTT-1.5.3-1]",
                        RawClient.packet(0x30, SURROGATE, 0),
                        RawClient.packet(0x30, SURROGATE),
                        MALFORMED),
                breach(
                        "topic name with a null [MQTT-1.5.4-2] [MQTT-4.7.3-2] 3.1.1: [MQTT-1.5.3-2] [MQTT-4.7.3-2]",
                        RawClient.packet(0x30, "a\0b", 0),
                        RawClient.packet(0x30, "a\0b"),
                        MALFORMED),
                breach(
                        "filter is no UTF-8 [MQTT-3.8.3-1] 3.1.1: [MQTT-3.8.3-1]",
                        RawClient.packet(0x82, 0, 1, 0, NO_UTF8, 0),
                        RawClient.packet(0x82, 0, 1, NO_UTF8, 0),
                        MALFORMED),
                breach(
                        "filter with a null [MQTT-4.7.3-2] 3.1.1: [MQTT-4.7.3-2]",
                        RawClient.packet(0x82, 0, 1, 0, "a\0b", 0),
                        RawClient.packet(0x82, 0, 1, "a\0b", 0),
                        MALFORMED),
                breach(
                        "filter of UNSUBSCRIBE is no UTF-8 [MQTT-3.10.3-1] 3.1.1: [MQTT-3.10.3-1]",
                        RawClient.packet(0xA2, 0, 1, 0, NO_UTF8),
                        RawClient.packet(0xA2, 0, 1, NO_UTF8),
                        MALFORMED),
                breach(
                        "topic name with # [MQTT-3.3.2-2] [MQTT-4.7.0-1] 3.1.1: [MQTT-3.3.2-2] [MQTT-4.7.1-1]",
                        RawClient.packet(0x30, "a/#", 0),
                        RawClient.packet(0x30, "a/#"),
                        TOPIC_NAME_INVALID),
                breach(
                        "topic name with + [MQTT-3.3.2-2] [MQTT-4.7.0-1] 3.1.1: [MQTT-3.3.2-2] [MQTT-4.7.1-1]",
                        RawClient.packet(0x30, "+/a", 0),
                        RawClient.packet(0x30, "+/a"),
                        TOPIC_NAME_INVALID),
                breach(
                        "topic name without a character [MQTT-4.7.3-1] 3.1.1: [MQTT-4.7.3-1]",
                        RawClient.packet(0x30, "", 0),
                        RawClient.packet(0x30, ""),
                        PROTOCOL_ERROR),
                breach(
                        "QoS 3 [MQTT-3.3.1-4] 3.1.1: [MQTT-3.3.1-4]",
                        RawClient.packet(0x36, "a", 0, 1, 0),
                        RawClient.packet(0x36, "a", 0, 1),
                        MALFORMED),
                breach(
                        "DUP at QoS 0 [MQTT-3.3.1-2] 3.1.1: [MQTT-3.3.1-2]",
                        RawClient.packet(0x38, "a", 0),
                        RawClient.packet(0x38, "a"),
                        MALFORMED),
                breach(
                        "PUBLISH with identifier 0 [MQTT-2.2.1-3] 3.1.1: [MQTT-2.3.1-1]",
                        RawClient.packet(0x32, "a", 0, 0, 0),
                        RawClient.packet(0x32, "a", 0, 0),
                        PROTOCOL_ERROR),
                breach(
                        "SUBSCRIBE with identifier 0 [MQTT-2.2.1-3] 3.1.1: [MQTT-2.3.1-1]",
                        RawClient.packet(0x82, 0, 0, 0, "a", 0),
                        RawClient.packet(0x82, 0, 0, "a", 0),
                        PROTOCOL_ERROR),
                breach(
                        "UNSUBSCRIBE with identifier 0 [MQTT-2.2.1-3] 3.1.1: [MQTT-2.3.1-1]",
                        RawClient.packet(0xA2, 0, 0, 0, "a"),
                        RawClient.packet(0xA2, 0, 0, "a"),
                        PROTOCOL_ERROR),
                breach(
                        "flags of PINGREQ [MQTT-2.1.3-1] 3.1.1: [MQTT-2.2.2-1] [MQTT-2.2.2-2]",
                        RawClient.packet(0xC1),
                        RawClient.packet(0xC1),
                        MALFORMED),
                breach(
                        "flags of PUBACK [MQTT-2.1.3-1] 3.1.1: [MQTT-2.2.2-1] [MQTT-2.2.2-2]",
                        RawClient.packet(0x42, 0, 1),
                        RawClient.packet(0x42, 0, 1),
                        MALFORMED),
                breach(
                        "flags of PUBREL [MQTT-3.6.1-1] 3.1.1: [MQTT-3.6.1-1]",
                        RawClient.packet(0x60, 0, 1),
                        RawClient.packet(0x60, 0, 1),
                        MALFORMED),
                breach(
                        "flags of SUBSCRIBE [MQTT-3.8.1-1] 3.1.1: [MQTT-3.8.1-1]",
                        RawClient.packet(0x80, 0, 1, 0, "a", 0),
                        RawClient.packet(0x80, 0, 1, "a", 0),
                        MALFORMED),
                breach(
                        "flags of UNSUBSCRIBE [MQTT-3.10.1-1] 3.1.1: [MQTT-3.10.1-1]",
                        RawClient.packet(0xA0, 0, 1, 0, "a"),
                        RawClient.packet(0xA0, 0, 1, "a"),
                        MALFORMED),
                breach(
                        "flags of DISCONNECT [MQTT-3.14.1-1] 3.1.1: [MQTT-3.14.1-1]",
                        RawClient.packet(0xE1),
                        RawClient.packet(0xE1),
                        MALFORMED),
                breach(
                        "SUBSCRIBE without a filter [MQTT-3.8.3-2] 3.1.1: [MQTT-3.8.3-3]",
                        RawClient.packet(0x82, 0, 1, 0),
                        RawClient.packet(0x82, 0, 1),
                        PROTOCOL_ERROR),
                breach(
                        "UNSUBSCRIBE without a filter [MQTT-3.10.3-2] 3.1.1: [MQTT-3.10.3-2]",
                        RawClient.packet(0xA2, 0, 1, 0),
                        RawClient.packet(0xA2, 0, 1),
                        PROTOCOL_ERROR),
                breach(
                        "SUBSCRIBE with reserved bits [MQTT-3.8.3-5] 3.1.1: [MQTT-3.8.3-4]",
                        RawClient.packet(0x82, 0, 1, 0, "a", 0x80),
                        RawClient.packet(0x82, 0, 1, "a", 0x04),
                        MALFORMED),
                breach(
                        "SUBSCRIBE with QoS 3, 3.1.1: [MQTT-3.8.3-4]",
                        RawClient.packet(0x82, 0, 1, 0, "a", 3),
                        RawClient.packet(0x82, 0, 1, "a", 3),
                        PROTOCOL_ERROR));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("breaches")
    void endsTheConnectionOfWhoBreaksTheFormat(
            String what, byte[] five, byte[] three, Integer[] codes, MqttBroker broker) throws Exception {
        // [MQTT-4.13.1-1], [MQTT-4.13.2-1], 3.1.1: [MQTT-4.8.0-1]
        try (RawClient client = new RawClient(broker.port());
                RawClient older = new RawClient(broker.port())) {
            client.send(RawDialect.MQTT_5.connect("format-5")).read();
            older.send(RawDialect.MQTT_3_1_1.connect("format-3")).read();

            RawPacket farewell = client.send(five).read();
            assertThat(farewell.type()).isEqualTo(DISCONNECT);
            assertThat(farewell.at(0)).isIn((Object[]) codes);
            assertThat(client.readUntilClosed()).isZero();
            assertThat(older.send(three).readUntilClosed()).isZero();
        }
    }

    static Stream<Arguments> propertyBreaches() {
        byte[] pair = RawClient.bytes(0x26, NO_UTF8, "v");
        byte[] pairValue = RawClient.bytes(0x26, "n", NO_UTF8);
        return Stream.of(
                Arguments.of("name of a user property [MQTT-1.5.7-1]", publishWith(pair), MALFORMED),
                Arguments.of("value of a user property [MQTT-1.5.7-1]", publishWith(pairValue), MALFORMED),
                Arguments.of(
                        "response topic is no UTF-8 [MQTT-3.3.2-13]",
                        publishWith(RawClient.bytes(8, NO_UTF8)),
                        MALFORMED),
                Arguments.of(
                        "response topic with # [MQTT-3.3.2-14]",
                        publishWith(RawClient.bytes(8, "a/#")),
                        PROTOCOL_ERROR),
                Arguments.of(
                        "response topic with + [MQTT-3.3.2-14]", publishWith(RawClient.bytes(8, "+")), PROTOCOL_ERROR),
                Arguments.of(
                        "content type is no UTF-8 [MQTT-3.3.2-19]",
                        publishWith(RawClient.bytes(3, NO_UTF8)),
                        MALFORMED),
                Arguments.of(
                        "property length in two bytes where one does [MQTT-1.5.5-1]",
                        RawClient.packet(0x30, "a", 0x80, 0),
                        MALFORMED),
                Arguments.of(
                        "subscription identifier 0", RawClient.packet(0x82, 0, 1, 2, 0x0B, 0, "a", 0), PROTOCOL_ERROR),
                Arguments.of(
                        "subscription identifier twice",
                        RawClient.packet(0x82, 0, 1, 4, 0x0B, 1, 0x0B, 2, "a", 0),
                        PROTOCOL_ERROR),
                Arguments.of("property of another packet", RawClient.packet(0x40, 0, 1, 0, 2, 1, 1), MALFORMED),
                Arguments.of(
                        "PUBACK with a code of another packet [MQTT-3.4.2-1]",
                        RawClient.packet(0x40, 0, 1, 0x92),
                        PROTOCOL_ERROR),
                Arguments.of(
                        "PUBREC with a code of another packet [MQTT-3.5.2-1]",
                        RawClient.packet(0x50, 0, 1, 0x92),
                        PROTOCOL_ERROR),
                Arguments.of(
                        "PUBREL with a code of another packet [MQTT-3.6.2-1]",
                        RawClient.packet(0x62, 0, 1, 0x80),
                        PROTOCOL_ERROR),
                Arguments.of(
                        "PUBCOMP with a code of another packet [MQTT-3.7.2-1]",
                        RawClient.packet(0x70, 0, 1, 0x80),
                        PROTOCOL_ERROR),
                Arguments.of(
                        "DISCONNECT with a code of another packet [MQTT-3.14.2-1]",
                        RawClient.packet(0xE0, 0x18),
                        PROTOCOL_ERROR),
                Arguments.of("flags of AUTH [MQTT-3.15.1-1]", RawClient.packet(0xF1, 0x19, 0), MALFORMED));
    }

    private static byte[] publishWith(byte[] property) {
        return RawClient.packet(0x30, "a", property.length, property);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("propertyBreaches")
    void endsTheConnectionOfAnMqtt5ClientThatBreaksItsOwnRules(String what, byte[] breach, int code, MqttBroker broker)
            throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawDialect.MQTT_5.connect("property-format")).read();

            RawPacket farewell = client.send(breach).read();

            assertThat(farewell.type()).isEqualTo(DISCONNECT);
            assertThat(farewell.at(0)).isEqualTo(code);
            client.readUntilClosed();
        }
    }

    @ParameterizedTest
    @EnumSource
    void comparesTopicsAsTheyAre(RawDialect dialect, MqttBroker broker) throws Exception {
        // [MQTT-1.5.4-3], [MQTT-4.7.3-4], [MQTT-3.3.2-3], 3.1.1: [MQTT-1.5.3-3], [MQTT-4.7.3-4], [MQTT-3.3.2-3]
        String plain = "asis/é";
        List<String> others = List.of("asis/e\u0301", "\uFEFFasis/é", "asis/\uFEFFé", "/asis/é", "asis/é/", "asis/É");
        try (RawClient client = new RawClient(broker.port())) {
            client.send(dialect.connect("as-is-" + dialect)).read();
            client.send(dialect.subscribe(1, plain, 0, "\uFEFFmark/#", 0)).read();

            for (String other : others) {
                client.send(dialect.publish(0, other, 0, "other"));
            }
            client.send(dialect.publish(0, plain, 0, "plain"));
            client.send(dialect.publish(0, "mark/x", 0, "other"));
            client.send(dialect.publish(0, "\uFEFFmark/x", 0, "mark"));

            RawPacket first = client.read();
            assertThat(first.topic()).isEqualTo(plain);
            assertThat(dialect.text(first)).isEqualTo("plain");
            RawPacket second = client.read();
            assertThat(second.topic()).isEqualTo("\uFEFFmark/x");
            assertThat(dialect.text(second)).isEqualTo("mark");
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesTheLongestTopicName(RawDialect dialect, MqttBroker broker) throws Exception {
        // [MQTT-4.7.3-3], 3.1.1: [MQTT-4.7.3-3]
        String longest = "longest/" + "x".repeat(65_535 - 8);
        try (RawClient client = new RawClient(broker.port())) {
            client.send(dialect.connect("longest-" + dialect)).read();
            client.send(dialect.subscribe(1, longest, 0)).read();

            client.send(dialect.publish(0, longest, 0, "x"));

            assertThat(client.read().topic()).isEqualTo(longest);
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersWithThePacketIdentifierOfWhatItAnswers(RawDialect dialect, MqttBroker broker) throws Exception {
        // [MQTT-2.2.1-5], [MQTT-2.2.1-6], [MQTT-2.2.2-1], [MQTT-3.8.4-1], [MQTT-3.8.4-2], [MQTT-3.10.4-4]
        // [MQTT-3.10.4-5], [MQTT-3.12.4-1], [MQTT-3.3.4-1], [MQTT-4.3.2-4], [MQTT-4.3.3-8], [MQTT-4.3.3-11]
        // 3.1.1: [MQTT-2.3.1-6], [MQTT-2.3.1-7], [MQTT-3.8.4-1], [MQTT-3.8.4-2], [MQTT-3.10.4-4], [MQTT-3.10.4-5]
        // 3.1.1: [MQTT-3.12.4-1], [MQTT-3.3.4-1], [MQTT-4.3.2-2], [MQTT-4.3.3-2]
        try (RawClient client = new RawClient(broker.port())) {
            client.send(dialect.connect("identifiers-" + dialect)).read();
            byte[][] requests = {
                dialect.subscribe(0x0102, "identifiers/" + dialect, 0),
                dialect.unsubscribe(0x0203, "identifiers/never"),
                dialect.publish(2, "identifiers/x", 0x0304, "x"),
                dialect.publish(4, "identifiers/x", 0xFFFF, "x"),
                RawDialect.acknowledge(6, 0xFFFF)
            };
            List<String> answers = new ArrayList<>();
            for (byte[] request : requests) {
                RawPacket answer = client.send(request).read();
                answers.add("%02X %04X".formatted(answer.header(), answer.packetId()));
            }

            assertThat(answers).containsExactly("90 0102", "B0 0203", "40 0304", "50 FFFF", "70 FFFF");
            RawPacket pong = client.send(RawClient.packet(0xC0)).read();
            assertThat(pong.header()).isEqualTo(0xD0);
            assertThat(pong.body()).isEmpty();
        }
    }
}
