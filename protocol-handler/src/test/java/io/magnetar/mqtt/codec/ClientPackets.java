package io.magnetar.mqtt.codec;

import static io.magnetar.mqtt.codec.Wire.bytes;
import static io.magnetar.mqtt.codec.Wire.join;
import static io.magnetar.mqtt.codec.Wire.packet;
import static io.magnetar.mqtt.codec.Wire.string;

import io.magnetar.mqtt.packet.ProtocolVersion;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every packet that a client sends, at its shortest and with every property that it may have. */
final class ClientPackets {
    private static final byte[] USER = join(
            bytes(0x26),
            string("k"),
            string("v1"),
            bytes(0x26),
            string("k"),
            string("v2"),
            bytes(0x26),
            string("é"),
            string(""));
    private static final byte[] REASON = join(bytes(0x1F), string("why"), USER);

    private ClientPackets() {}

    /** @param version what was agreed on before; null for CONNECT */
    record ClientPacket(String name, @Nullable ProtocolVersion version, byte[] bytes) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static ClientPacket of(String name, @Nullable ProtocolVersion version, byte[] bytes) {
        return new ClientPacket(name, version, bytes);
    }

    private static ClientPacket mqtt5(String name, byte[] bytes) {
        return of(name, ProtocolVersion.MQTT_5, bytes);
    }

    private static ClientPacket mqtt311(String name, byte[] bytes) {
        return of(name, ProtocolVersion.MQTT_3_1_1, bytes);
    }

    /** A property section: its length, in as many bytes as it takes, and its properties. */
    private static byte[] properties(byte[]... parts) {
        byte[] all = join(parts);
        return join(all.length < 128 ? bytes(all.length) : bytes((all.length & 0x7F) | 0x80, all.length >> 7), all);
    }

    static List<ClientPacket> all() {
        return Stream.of(connects(), publishes(), acknowledgements(), subscriptions(), others())
                .flatMap(List::stream)
                .toList();
    }

    private static List<ClientPacket> connects() {
        byte[] will = join(
                bytes(0x18, 0, 0, 0, 4, 0x01, 1, 0x02, 0, 0, 1, 0, 0x03),
                string("text/plain"),
                bytes(0x08),
                string("answers"),
                bytes(0x09, 0, 2, 0, 0xFF),
                USER);
        byte[] authentication = join(bytes(0x15), string("method"), bytes(0x16, 0, 3, 1, 0, 3));
        return List.of(
                of("CONNECT of 3.1.1", null, Wire.connect311("c")),
                of("CONNECT of 5", null, Wire.connect5("")),
                of(
                        "CONNECT of 3.1 with all",
                        null,
                        packet(
                                0x10,
                                string("MQIsdp"),
                                bytes(3, 0xEE, 0, 30),
                                string("c"),
                                string("will/topic"),
                                bytes(0, 1, 'w'),
                                string("user"),
                                string("secret"))),
                of(
                        "CONNECT of 3.1.1 with all",
                        null,
                        packet(
                                0x10,
                                string("MQTT"),
                                bytes(4, 0xF6, 0, 30),
                                string("c"),
                                string("will/topic"),
                                bytes(0, 0),
                                string("user"),
                                string("secret"))),
                of(
                        "CONNECT of 5 with all",
                        null,
                        packet(
                                0x10,
                                string("MQTT"),
                                bytes(5, 0xEE, 0, 30),
                                properties(
                                        bytes(0x11, 0xFF, 0xFF, 0xFF, 0xFF, 0x21, 0, 10, 0x27, 0, 0, 1, 0, 0x22, 0, 5),
                                        bytes(0x19, 1, 0x17, 0),
                                        authentication,
                                        USER),
                                string("c"),
                                properties(will),
                                string("will/topic"),
                                bytes(0, 1, 'w'),
                                string("user"),
                                bytes(0, 2, 0, 0xFF))));
    }

    private static List<ClientPacket> publishes() {
        byte[] all = join(
                bytes(0x01, 1, 0x02, 0, 0, 0, 60, 0x23, 0, 3, 0x08),
                string("answers/é"),
                bytes(0x09, 0, 3, 1, 0, 3, 0x03),
                string("application/json"),
                USER);
        return List.of(
                mqtt311("PUBLISH of 3.1.1 at QoS 0", packet(0x30, string("a/b"), bytes(1, 2, 3))),
                mqtt311(
                        "PUBLISH of 3.1.1 at QoS 1, again, retained",
                        packet(0x3B, string("a/b"), bytes(0, 7), bytes(9))),
                mqtt311("PUBLISH of 3.1.1 at QoS 2 without a payload", packet(0x34, string("a/b"), bytes(0xFF, 0xFF))),
                mqtt5("PUBLISH of 5 at QoS 0", packet(0x31, string("a/ü"), bytes(0))),
                mqtt5(
                        "PUBLISH of 5 at QoS 2 with all",
                        packet(0x3D, string("a/ü"), bytes(1, 0), properties(all), bytes('x'))),
                mqtt5(
                        "PUBLISH of 5 with properties of more than 127 bytes",
                        packet(
                                0x32,
                                string("a"),
                                bytes(0, 1),
                                properties(bytes(0x26), string("k"), string("v".repeat(300))),
                                new byte[200])));
    }

    private static List<ClientPacket> acknowledgements() {
        return Stream.of(0x40, 0x50, 0x62, 0x70)
                .flatMap(header -> {
                    int code = header >= 0x60 ? 0x92 : 0x97;
                    String name = "acknowledgement 0x" + Integer.toHexString(header);
                    return Stream.of(
                            mqtt311(name + " of 3.1.1", packet(header, bytes(0, 1))),
                            mqtt5(name + " of 5", packet(header, bytes(0, 1))),
                            mqtt5(name + " of 5 with a code", packet(header, bytes(0, 1, code))),
                            mqtt5(name + " of 5 with all", packet(header, bytes(0, 1, code), properties(REASON))));
                })
                .toList();
    }

    private static List<ClientPacket> subscriptions() {
        return List.of(
                mqtt311("SUBSCRIBE of 3.1.1", packet(0x82, bytes(0, 1), string("#"), bytes(2), string("a"), bytes(0))),
                mqtt5(
                        "SUBSCRIBE of 5 with all",
                        packet(
                                0x82,
                                bytes(0, 1),
                                properties(bytes(0x0B, 0xFF, 0xFF, 0xFF, 0x7F), USER),
                                string("a/+"),
                                bytes(0x2E),
                                string("$share/g/#"),
                                bytes(0x01))),
                mqtt311("UNSUBSCRIBE of 3.1.1", packet(0xA2, bytes(0, 1), string("a/+"))),
                mqtt5(
                        "UNSUBSCRIBE of 5 with all",
                        packet(0xA2, bytes(0, 1), properties(USER), string("a/+"), string("b"))));
    }

    private static List<ClientPacket> others() {
        byte[] authentication = join(bytes(0x15), string("method"), bytes(0x16, 0, 3, 1, 0, 3));
        return List.of(
                mqtt311("PINGREQ of 3.1.1", packet(0xC0)),
                mqtt5("PINGREQ of 5", packet(0xC0)),
                mqtt311("DISCONNECT of 3.1.1", packet(0xE0)),
                mqtt5("DISCONNECT of 5", packet(0xE0)),
                mqtt5("DISCONNECT of 5 with a code", packet(0xE0, bytes(0x04))),
                mqtt5(
                        "DISCONNECT of 5 with all",
                        packet(0xE0, bytes(0x04), properties(bytes(0x11, 0, 0, 0, 9), REASON))),
                mqtt5("AUTH", packet(0xF0, bytes(0x18), properties(bytes(0x15), string("method")))),
                mqtt5("AUTH with all", packet(0xF0, bytes(0x19), properties(authentication, REASON))));
    }
}
