package io.magnetar.mqtt.codec;

import static io.magnetar.mqtt.codec.Wire.bytes;
import static io.magnetar.mqtt.codec.Wire.join;
import static io.magnetar.mqtt.codec.Wire.packet;
import static io.magnetar.mqtt.codec.Wire.string;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.magnetar.message.Qos;
import io.magnetar.message.UserProperty;
import io.magnetar.mqtt.codec.ClientPackets.ClientPacket;
import io.magnetar.mqtt.packet.Acknowledgement;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.Disconnect;
import io.magnetar.mqtt.packet.Packet;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.PingReq;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.Publish;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.packet.TopicName;
import io.magnetar.mqtt.packet.Unsubscribe;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PacketDecoderTest {
    private static final int MAX_PACKET_SIZE = 4_096;
    private static final int TOPIC_ALIAS_MAXIMUM = 3;

    private record Name(String value) implements TopicName {
        @Override
        public byte[] utf8() {
            return value.getBytes(StandardCharsets.UTF_8);
        }
    }

    private static Name name(ByteBuf in, int index, int length) throws PacketException {
        return new Name(TopicNameText.read(in, index, length, 128));
    }

    private static PacketDecoder connected(ProtocolVersion version) {
        PacketDecoder decoder = new PacketDecoder(MAX_PACKET_SIZE);
        decoder.use(version);
        decoder.takePublishes(TOPIC_ALIAS_MAXIMUM, PacketDecoderTest::name);
        return decoder;
    }

    private static Packet decodeWhole(ProtocolVersion version, byte[] packet) throws PacketException {
        ByteBuf in = Unpooled.wrappedBuffer(packet);
        Packet decoded = connected(version).decode(in);
        assertThat(in.isReadable()).isFalse();
        assertThat(decoded).isNotNull();
        return decoded;
    }

    static List<ClientPacket> packets() {
        return ClientPackets.all();
    }

    private static PacketDecoder decoderOf(ClientPacket packet) {
        return packet.version() == null ? new PacketDecoder(MAX_PACKET_SIZE) : connected(packet.version());
    }

    @ParameterizedTest
    @MethodSource("packets")
    void readsAPacketHoweverItIsCut(ClientPacket packet) throws PacketException {
        byte[] bytes = packet.bytes();
        Packet whole = decoderOf(packet).decode(Unpooled.wrappedBuffer(bytes));
        assertThat(whole).isNotNull();
        for (int cut = 0; cut < bytes.length; cut++) {
            PacketDecoder decoder = decoderOf(packet);
            ByteBuf in = Unpooled.buffer();
            in.writeBytes(bytes, 0, cut);
            assertThat(decoder.decode(in)).as("after %d bytes", cut).isNull();
            in.writeBytes(bytes, cut, bytes.length - cut).writeByte(0xC0);
            assertThat(decoder.decode(in))
                    .usingRecursiveComparison()
                    .ignoringFields("properties.expiresAtMillis")
                    .isEqualTo(whole);
            assertThat(in.readableBytes()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("packets")
    void readsAPacketThatComesByteByByte(ClientPacket packet) throws PacketException {
        byte[] bytes = packet.bytes();
        PacketDecoder decoder = decoderOf(packet);
        ByteBuf in = Unpooled.buffer();
        for (int i = 0; i < bytes.length - 1; i++) {
            assertThat(decoder.decode(in.writeByte(bytes[i])))
                    .as("after %d bytes", i + 1)
                    .isNull();
        }
        assertThat(decoder.decode(in.writeByte(bytes[bytes.length - 1]))).isNotNull();
    }

    @Test
    void readsConnectWithAllItsFields() throws PacketException {
        byte[] properties = bytes(0x11, 0, 0, 0, 9, 0x21, 0, 10, 0x27, 0, 0, 1, 0, 0x17, 0);
        byte[] packet = packet(
                0x10,
                string("MQTT"),
                bytes(5, 0xEE, 0, 30, properties.length),
                properties,
                string("me"),
                bytes(5, 0x18, 0, 0, 0, 4),
                string("will/topic"),
                bytes(0, 1, 'w'),
                string("user"),
                bytes(0, 2, 1, 2));

        Connect connect = (Connect) new PacketDecoder(MAX_PACKET_SIZE).decode(Unpooled.wrappedBuffer(packet));

        assertThat(connect).isNotNull();
        assertThat(connect.version()).isEqualTo(ProtocolVersion.MQTT_5);
        assertThat(connect.clientId()).isEqualTo("me");
        assertThat(connect.keepAliveSeconds()).isEqualTo(30);
        assertThat(connect.sessionExpirySeconds()).isEqualTo(9);
        assertThat(connect.reception().receiveMaximum()).isEqualTo(10);
        assertThat(connect.reception().maximumPacketSize()).isEqualTo(256);
        assertThat(connect.reception().problemInformation()).isFalse();
        assertThat(connect.username()).isEqualTo("user");
        assertThat(connect.password()).containsExactly(1, 2);
        assertThat(connect.will()).isNotNull();
        assertThat(connect.will().topic()).isEqualTo("will/topic");
        assertThat(connect.will().qos()).isEqualTo(Qos.AT_LEAST_ONCE);
        assertThat(connect.will().retain()).isTrue();
        assertThat(connect.will().delaySeconds()).isEqualTo(4);
    }

    @Test
    void keepsRepeatedUserPropertiesInTheirOrder() throws PacketException {
        byte[] properties = join(bytes(0x26), string("k"), string("2"), bytes(0x26), string("k"), string("1"));
        Publish publish = (Publish)
                decodeWhole(ProtocolVersion.MQTT_5, packet(0x30, string("t"), bytes(properties.length), properties));

        assertThat(publish.properties().userProperties())
                .containsExactly(new UserProperty("k", "2"), new UserProperty("k", "1"));
    }

    @Test
    void readsEachKindAsItself() throws PacketException {
        assertThat(decodeWhole(ProtocolVersion.MQTT_5, packet(0x50, bytes(0, 9, 0x97))))
                .isEqualTo(new Acknowledgement(PacketType.PUBREC, 9, ReasonCode.QUOTA_EXCEEDED));
        assertThat(decodeWhole(ProtocolVersion.MQTT_5, packet(0x82, bytes(0, 1, 0), string("a"), bytes(0x0D))))
                .isEqualTo(new Subscribe(1, 0, List.of(new Subscribe.Request("a", Qos.AT_LEAST_ONCE, true, true, 0))));
        assertThat(decodeWhole(ProtocolVersion.MQTT_3_1_1, packet(0xA2, bytes(0, 3), string("a"))))
                .isEqualTo(new Unsubscribe(3, List.of("a")));
        assertThat(decodeWhole(ProtocolVersion.MQTT_3_1_1, packet(0xC0))).isEqualTo(PingReq.INSTANCE);
        assertThat(decodeWhole(ProtocolVersion.MQTT_5, packet(0xE0))).isEqualTo(Disconnect.NORMAL);
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                Arguments.of(
                        "QoS 3 [MQTT-3.3.1-4]", packet(0x36, string("a"), bytes(0, 1, 0)), ReasonCode.MALFORMED_PACKET),
                Arguments.of(
                        "DUP at QoS 0 [MQTT-3.3.1-2]",
                        packet(0x38, string("a"), bytes(0)),
                        ReasonCode.MALFORMED_PACKET),
                Arguments.of(
                        "wildcard [MQTT-3.3.2-2]",
                        packet(0x30, string("a/#"), bytes(0)),
                        ReasonCode.TOPIC_NAME_INVALID),
                Arguments.of(
                        "empty topic [MQTT-4.7.3-1]", packet(0x30, string(""), bytes(0)), ReasonCode.PROTOCOL_ERROR),
                Arguments.of(
                        "packet id 0 [MQTT-2.2.1-3]",
                        packet(0x32, string("a"), bytes(0, 0, 0)),
                        ReasonCode.PROTOCOL_ERROR),
                Arguments.of("topic past the end", packet(0x30, bytes(0, 9, 'a')), ReasonCode.MALFORMED_PACKET),
                Arguments.of(
                        "null in a string [MQTT-1.5.4-2]",
                        packet(0x30, bytes(0, 1, 0, 0)),
                        ReasonCode.MALFORMED_PACKET),
                Arguments.of(
                        "no UTF-8 [MQTT-1.5.4-1]",
                        packet(0x30, bytes(0, 2, 0xC0, 0x80, 0)),
                        ReasonCode.MALFORMED_PACKET),
                Arguments.of(
                        "surrogate [MQTT-1.5.4-1]",
                        packet(0x30, bytes(0, 3, 0xED, 0xA0, 0x80, 0)),
                        ReasonCode.MALFORMED_PACKET),
                Arguments.of(
                        "unknown property", packet(0x30, string("a"), bytes(2, 0x7E, 0)), ReasonCode.MALFORMED_PACKET),
                Arguments.of(
                        "property of CONNECT",
                        packet(0x30, string("a"), bytes(3, 0x21, 0, 1)),
                        ReasonCode.MALFORMED_PACKET),
                Arguments.of(
                        "property twice", packet(0x30, string("a"), bytes(4, 1, 1, 1, 1)), ReasonCode.PROTOCOL_ERROR),
                Arguments.of("indicator 2", packet(0x30, string("a"), bytes(2, 1, 2)), ReasonCode.PROTOCOL_ERROR),
                Arguments.of(
                        "alias 0 [MQTT-3.3.2-8]",
                        packet(0x30, string("a"), bytes(3, 0x23, 0, 0)),
                        ReasonCode.TOPIC_ALIAS_INVALID),
                Arguments.of(
                        "alias above what was granted [MQTT-3.3.2-9]",
                        packet(0x30, string("a"), bytes(3, 0x23, 0, TOPIC_ALIAS_MAXIMUM + 1)),
                        ReasonCode.TOPIC_ALIAS_INVALID),
                Arguments.of(
                        "alias that stands for nothing",
                        packet(0x30, string(""), bytes(3, 0x23, 0, 1)),
                        ReasonCode.PROTOCOL_ERROR),
                Arguments.of("no filter [MQTT-3.8.3-2]", packet(0x82, bytes(0, 1, 0)), ReasonCode.PROTOCOL_ERROR),
                Arguments.of(
                        "flags of SUBSCRIBE [MQTT-3.8.1-1]",
                        packet(0x80, bytes(0, 1, 0), string("a"), bytes(0)),
                        ReasonCode.MALFORMED_PACKET),
                Arguments.of(
                        "reserved options [MQTT-3.8.3-5]",
                        packet(0x82, bytes(0, 1, 0), string("a"), bytes(0x40)),
                        ReasonCode.MALFORMED_PACKET),
                Arguments.of(
                        "subscription id 0",
                        packet(0x82, bytes(0, 1, 2, 0x0B, 0), string("a"), bytes(0)),
                        ReasonCode.PROTOCOL_ERROR),
                Arguments.of("no filter [MQTT-3.10.3-2]", packet(0xA2, bytes(0, 1, 0)), ReasonCode.PROTOCOL_ERROR),
                Arguments.of("second CONNECT [MQTT-3.1.0-2]", Wire.connect5("x"), ReasonCode.PROTOCOL_ERROR),
                Arguments.of("bytes after PINGREQ", packet(0xC0, bytes(1)), ReasonCode.MALFORMED_PACKET),
                Arguments.of("a server's packet", packet(0xD0), ReasonCode.PROTOCOL_ERROR),
                Arguments.of("packet type 0", packet(0x00), ReasonCode.PROTOCOL_ERROR),
                Arguments.of(
                        "length of five bytes", bytes(0x30, 0xFF, 0xFF, 0xFF, 0xFF, 1), ReasonCode.MALFORMED_PACKET),
                Arguments.of(
                        "a quarter of a gigabyte", bytes(0x30, 0xFF, 0xFF, 0xFF, 0x7F), ReasonCode.PACKET_TOO_LARGE));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void refusesWhatBreaksTheProtocol(String ignored, byte[] packet, ReasonCode code) {
        assertThatThrownBy(() -> connected(ProtocolVersion.MQTT_5).decode(Unpooled.wrappedBuffer(packet)))
                .isInstanceOfSatisfying(PacketException.class, e -> {
                    assertThat(e.reasonCode()).isEqualTo(code);
                    assertThat(e.problem()).isNotBlank();
                });
    }

    @Test
    void refusesAnyPacketBeforeConnectAtItsFirstBytes() {
        for (int type = 0; type < 16; type++) {
            byte[] start = bytes(type << 4, 100);
            PacketDecoder decoder = new PacketDecoder(MAX_PACKET_SIZE);
            if (type == PacketType.CONNECT.ordinal()) {
                continue;
            }
            assertThatThrownBy(() -> decoder.decode(Unpooled.wrappedBuffer(start)))
                    .isInstanceOf(PacketException.class);
        }
    }

    static Stream<Arguments> brokenConnects() {
        return Stream.of(
                Arguments.of(
                        "level 3",
                        packet(0x10, string("MQTT"), bytes(3, 2, 0, 0), string("c")),
                        ReasonCode.UNSUPPORTED_PROTOCOL_VERSION),
                Arguments.of(
                        "MQTT 3.1 by another level",
                        packet(0x10, string("MQIsdp"), bytes(4, 2, 0, 0), string("c")),
                        ReasonCode.UNSUPPORTED_PROTOCOL_VERSION),
                Arguments.of(
                        "another protocol",
                        packet(0x10, string("HTTP"), bytes(4, 2, 0, 0), string("c")),
                        ReasonCode.PROTOCOL_ERROR),
                Arguments.of(
                        "reserved flag [MQTT-3.1.2-3]",
                        packet(0x10, string("MQTT"), bytes(4, 3, 0, 0), string("c")),
                        ReasonCode.MALFORMED_PACKET),
                Arguments.of(
                        "will QoS without a will",
                        packet(0x10, string("MQTT"), bytes(4, 0x0A, 0, 0), string("c")),
                        ReasonCode.MALFORMED_PACKET),
                Arguments.of(
                        "password without a user",
                        packet(0x10, string("MQTT"), bytes(4, 0x42, 0, 0), string("c"), string("p")),
                        ReasonCode.MALFORMED_PACKET),
                Arguments.of(
                        "receive maximum 0",
                        packet(0x10, string("MQTT"), bytes(5, 2, 0, 0, 3, 0x21, 0, 0), string("c")),
                        ReasonCode.PROTOCOL_ERROR),
                Arguments.of(
                        "no client id", packet(0x10, string("MQTT"), bytes(4, 2, 0, 0)), ReasonCode.MALFORMED_PACKET));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenConnects")
    void refusesABrokenConnect(String ignored, byte[] packet, ReasonCode code) {
        assertThatThrownBy(() -> new PacketDecoder(MAX_PACKET_SIZE).decode(Unpooled.wrappedBuffer(packet)))
                .isInstanceOfSatisfying(
                        PacketException.class, e -> assertThat(e.reasonCode()).isEqualTo(code));
    }

    /** Whatever comes, it is a packet, a wait for more, or a refusal; never another exception, never an endless loop. */
    @Test
    void survivesBrokenBytesOfEveryKind() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<byte[]> good = packets().stream().map(ClientPacket::bytes).toList();
        for (int round = 0; round < 100_000; round++) {
            byte[] bytes = good.get(random.nextInt(good.size())).clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            PacketDecoder decoder = random.nextBoolean()
                    ? new PacketDecoder(MAX_PACKET_SIZE)
                    : connected(random.nextBoolean() ? ProtocolVersion.MQTT_5 : ProtocolVersion.MQTT_3_1_1);
            decodeAll(decoder, bytes, "seed " + seed + " round " + round);
        }
    }

    private static void decodeAll(PacketDecoder decoder, byte[] bytes, String where) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        try {
            int before = -1;
            while (in.readerIndex() > before && in.isReadable()) {
                before = in.readerIndex();
                if (decoder.decode(in) == null) {
                    assertThat(in.readerIndex()).as(where).isEqualTo(before);
                }
            }
        } catch (PacketException e) {
            assertThat(e.problem()).as(where).isNotBlank();
        } catch (RuntimeException e) {
            throw new AssertionError(where, e);
        }
    }
}
