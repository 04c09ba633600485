package io.magnetar.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.message.UserProperty;
import io.magnetar.mqtt.packet.Auth;
import io.magnetar.mqtt.packet.Authentication;
import io.magnetar.mqtt.packet.ConnAck;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.tenancy.Namespace;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every packet that the server sends, with every property that it gives it: Netty's decoder reads it however it is cut. */
class SentPacketsTest {
    private static final int MAX_BYTES = 1 << 20;

    /** A packet for a client of a version. */
    record Sent(String name, ProtocolVersion version, byte[] bytes) {
        @Override
        public String toString() {
            return name + " of " + version;
        }
    }

    private static Stream<Sent> sent(String name, BiConsumer<ByteBuf, ProtocolVersion> writer) {
        return Stream.of(ProtocolVersion.MQTT_3_1_1, ProtocolVersion.MQTT_5)
                .map(version -> sent(name, version, writer));
    }

    private static Sent sent(String name, ProtocolVersion version, BiConsumer<ByteBuf, ProtocolVersion> writer) {
        ByteBuf out = Unpooled.buffer();
        writer.accept(out, version);
        return new Sent(name, version, ByteBufUtil.getBytes(out));
    }

    static List<Sent> packets() {
        return Stream.of(control(), acknowledgements(), publishes())
                .flatMap(packets -> packets)
                .toList();
    }

    private static Stream<Sent> control() {
        Authentication authentication = new Authentication("method", new byte[] {1, 0, 3});
        ConnAck connAck = new ConnAck(
                true,
                ReasonCode.SUCCESS,
                new ConnAck.Terms("given", 70_000, 60, 10, 1_000, 3, false, "responses/given"),
                authentication,
                "hello");
        List<ReasonCode> subscribed = List.of(ReasonCode.GRANTED_QOS_2, ReasonCode.TOPIC_FILTER_INVALID);
        List<ReasonCode> unsubscribed = List.of(ReasonCode.SUCCESS, ReasonCode.NO_SUBSCRIPTION_EXISTED);
        return Stream.of(
                        sent("CONNACK", (out, version) -> PacketEncoder.connAck(out, version, connAck)),
                        sent("SUBACK", (out, version) -> PacketEncoder.subAck(out, version, 9, subscribed, "why")),
                        sent(
                                "UNSUBACK",
                                (out, version) -> PacketEncoder.unsubAck(out, version, 9, unsubscribed, "why")),
                        sent("PINGRESP", (out, version) -> PacketEncoder.pingResp(out)),
                        Stream.of(
                                sent(
                                        "DISCONNECT",
                                        ProtocolVersion.MQTT_5,
                                        (out, version) ->
                                                PacketEncoder.disconnect(out, ReasonCode.SESSION_TAKEN_OVER, "why")),
                                sent(
                                        "AUTH",
                                        ProtocolVersion.MQTT_5,
                                        (out, version) -> PacketEncoder.auth(
                                                out,
                                                new Auth(ReasonCode.CONTINUE_AUTHENTICATION, authentication, null)))))
                .flatMap(packets -> packets);
    }

    private static Stream<Sent> acknowledgements() {
        return Stream.of(PacketType.PUBACK, PacketType.PUBREC, PacketType.PUBREL, PacketType.PUBCOMP)
                .flatMap(type -> sent(
                        type.name(),
                        (out, version) -> PacketEncoder.acknowledgement(
                                out, version, type, 77, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, "why")));
    }

    private static Stream<Sent> publishes() {
        Message message = new Message(
                "a/ü",
                new byte[] {1, 0, (byte) 0xFF},
                Qos.EXACTLY_ONCE,
                true,
                new MessageProperties(
                        true,
                        60_000,
                        "text/plain",
                        "answers",
                        new byte[] {0, 7},
                        List.of(new UserProperty("k", "2"), new UserProperty("k", "1"))),
                new Publisher(new Namespace("one"), "c", null),
                0);
        int[] subscriptionIds = {1, 200, 268_435_455};
        return Stream.of(0x30, 0x33, 0x3D)
                .flatMap(header -> sent(
                        "PUBLISH 0x" + Integer.toHexString(header),
                        (out, version) -> out.writeBytes(PublishEncoder.encode(
                                message,
                                version,
                                header & 0xF,
                                header == 0x30 ? 0 : 0x1234,
                                subscriptionIds,
                                0,
                                null))));
    }

    /** What Netty reads of pieces, which come one after the other; each in a form that can be compared. */
    private static List<List<Object>> read(ProtocolVersion version, byte[]... pieces) {
        EmbeddedChannel channel = new EmbeddedChannel(new MqttDecoder(MAX_BYTES));
        channel.writeInbound(Unpooled.wrappedBuffer(version.isMqtt5() ? Wire.connect5("c") : Wire.connect311("c")));
        Object connect = channel.readInbound();
        assertThat(connect).isNotNull();
        List<List<Object>> all = new ArrayList<>();
        for (byte[] piece : pieces) {
            channel.writeInbound(Unpooled.wrappedBuffer(piece));
            MqttMessage read = channel.readInbound();
            all.add(read == null ? List.of() : comparable(read));
        }
        channel.finishAndReleaseAll();
        return all;
    }

    private static List<Object> comparable(MqttMessage read) {
        assertThat(read.decoderResult().isSuccess()).as("%s", read).isTrue();
        Object payload = read.payload() instanceof ByteBuf bytes ? ByteBufUtil.hexDump(bytes) : there(read.payload());
        List<Object> parts = List.of(read.fixedHeader(), there(read.variableHeader()), payload);
        ReferenceCountUtil.release(read);
        return parts;
    }

    private static Object there(@Nullable Object part) {
        return part == null ? "nothing" : part;
    }

    @ParameterizedTest
    @MethodSource("packets")
    void isReadHoweverItIsCut(Sent packet) {
        byte[] bytes = packet.bytes();
        List<Object> whole = read(packet.version(), bytes).get(0);
        assertThat(whole).isNotEmpty();
        for (int cut = 1; cut < bytes.length; cut++) {
            byte[] head = Arrays.copyOf(bytes, cut);
            byte[] tail = Arrays.copyOfRange(bytes, cut, bytes.length);
            assertThat(read(packet.version(), head, tail))
                    .as("cut after %d bytes", cut)
                    .usingRecursiveComparison()
                    .isEqualTo(List.of(List.of(), whole));
        }
    }
}
