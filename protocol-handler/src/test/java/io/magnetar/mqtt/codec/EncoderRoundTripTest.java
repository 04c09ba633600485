package io.magnetar.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.message.UserProperty;
import io.magnetar.mqtt.packet.ConnAck;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.tenancy.Namespace;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttProperties.MqttProperty;
import io.netty.handler.codec.mqtt.MqttProperties.UserProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What we write, Netty's decoder reads as it was meant. */
class EncoderRoundTripTest {
    private static final int MAX_BYTES = 1 << 20;

    /** The packet as Netty reads it in a connection of a version; what it holds of a buffer is copied first. */
    private static MqttMessage read(ProtocolVersion version, Consumer<ByteBuf> packet) {
        EmbeddedChannel channel = new EmbeddedChannel(new MqttDecoder(MAX_BYTES));
        channel.writeInbound(Unpooled.wrappedBuffer(version.isMqtt5() ? Wire.connect5("c") : Wire.connect311("c")));
        Object connect = channel.readInbound();
        assertThat(connect).isNotNull();
        ByteBuf out = Unpooled.buffer();
        packet.accept(out);
        channel.writeInbound(out);
        MqttMessage read = channel.readInbound();
        assertThat(read).isNotNull();
        assertThat(read.decoderResult().isSuccess()).as("%s", read).isTrue();
        Object more = channel.readInbound();
        assertThat(more).isNull();
        return read;
    }

    private static Message message(Qos qos, int payloadBytes) {
        return new Message(
                "a/ü",
                "x".repeat(payloadBytes).getBytes(StandardCharsets.UTF_8),
                qos,
                false,
                new MessageProperties(
                        true,
                        MessageProperties.NEVER_EXPIRES,
                        "text/plain",
                        "answers",
                        new byte[] {0, 7},
                        List.of(new UserProperty("k", "2"), new UserProperty("k", "1"))),
                new Publisher(new Namespace("one"), "c", null),
                0);
    }

    private static Object property(MqttPublishMessage publish, int id) {
        MqttProperty<?> property = publish.variableHeader().properties().getProperty(id);
        return property == null ? "none" : property.value();
    }

    /** Around the sizes at which a length takes a byte more, also by the alias. */
    @ParameterizedTest
    @ValueSource(
            ints = {0, 1, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 127, 128, 16_300, 16_384})
    void publish(int payloadBytes) {
        for (Qos qos : Qos.values()) {
            Message message = message(qos, payloadBytes);
            SharedPublish shared = new SharedPublish(message);
            shared.prepare(SharedPublish.form(ProtocolVersion.MQTT_5, qos != Qos.AT_MOST_ONCE)
                    | SharedPublish.form(ProtocolVersion.MQTT_3_1_1, qos != Qos.AT_MOST_ONCE));
            int packetId = qos == Qos.AT_MOST_ONCE ? 0 : 0x1234;
            int flags = qos.value() << 1;
            OutboundAliases aliases = new OutboundAliases(1);
            assertThat(aliases.of("a/ü")).isNull();
            OutboundAliases.Alias alias = aliases.of("a/ü");

            check(
                    ProtocolVersion.MQTT_3_1_1,
                    message,
                    out -> shared.write(out, ProtocolVersion.MQTT_3_1_1, flags, packetId));
            check(ProtocolVersion.MQTT_5, message, out -> shared.write(out, ProtocolVersion.MQTT_5, flags, packetId));
            assertThat(alias).isNotNull();
            assertThat(check(ProtocolVersion.MQTT_5, message, out -> shared.write(out, flags, packetId, alias)))
                    .isEqualTo("a/ü alias 1");
            alias.sent();
            assertThat(check(ProtocolVersion.MQTT_5, message, out -> shared.write(out, flags, packetId, alias)))
                    .isEqualTo(" alias 1");
            assertThat(check(
                            ProtocolVersion.MQTT_5,
                            message,
                            out -> out.writeBytes(PublishEncoder.encode(
                                    message, ProtocolVersion.MQTT_5, flags, packetId, new int[0], 0, null))))
                    .isEqualTo("a/ü alias none");
        }
    }

    /** Checks all but the topic and its alias, which it returns. */
    private static String check(ProtocolVersion version, Message message, Consumer<ByteBuf> packet) {
        MqttPublishMessage read = (MqttPublishMessage) read(version, packet);
        try {
            assertThat(ByteBufUtil.getBytes(read.payload())).isEqualTo(message.payload());
            assertThat(read.fixedHeader().qosLevel().value())
                    .isEqualTo(message.qos().value());
            if (message.qos() != Qos.AT_MOST_ONCE) {
                assertThat(read.variableHeader().packetId()).isEqualTo(0x1234);
            }
            if (version.isMqtt5()) {
                assertThat(property(read, 1)).isEqualTo(1);
                assertThat(property(read, 3)).isEqualTo("text/plain");
                assertThat(property(read, 8)).isEqualTo("answers");
                assertThat(property(read, 9)).isEqualTo(new byte[] {0, 7});
                MqttProperty<?> users = read.variableHeader().properties().getProperty(0x26);
                assertThat(((UserProperties) users).value())
                        .extracting(pair -> pair.key + pair.value)
                        .containsExactly("k2", "k1");
            }
            return read.variableHeader().topicName() + " alias " + property(read, 0x23);
        } finally {
            read.release();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    void connAck(ProtocolVersion version) {
        ConnAck connAck = new ConnAck(
                true,
                ReasonCode.SUCCESS,
                new ConnAck.Terms("given", 70_000, 60, 10, 1_000, 3, true, "responses/given"),
                null,
                "hello");

        MqttConnAckMessage read =
                (MqttConnAckMessage) read(version, out -> PacketEncoder.connAck(out, version, connAck));

        assertThat(read.variableHeader().isSessionPresent()).isTrue();
        if (version.isMqtt5()) {
            int[] ids = {0x12, 0x11, 0x13, 0x21, 0x27, 0x22, 0x1A, 0x1F};
            Object[] values = {"given", 70_000, 60, 10, 1_000, 3, "responses/given", "hello"};
            for (int i = 0; i < ids.length; i++) {
                Object value =
                        read.variableHeader().properties().getProperty(ids[i]).value();
                assertThat(value).isEqualTo(values[i]);
            }
        }
    }

    @Test
    void answers() {
        for (PacketType type : List.of(PacketType.PUBACK, PacketType.PUBREC, PacketType.PUBREL, PacketType.PUBCOMP)) {
            MqttMessage read = read(
                    ProtocolVersion.MQTT_5,
                    out -> PacketEncoder.acknowledgement(
                            out, ProtocolVersion.MQTT_5, type, 77, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, "why"));

            MqttPubReplyMessageVariableHeader header = (MqttPubReplyMessageVariableHeader) read.variableHeader();
            assertThat(read.fixedHeader().messageType().name()).isEqualTo(type.name());
            assertThat(header.messageId()).isEqualTo(77);
            assertThat(header.reasonCode()).isEqualTo((byte) 0x92);
            Object reason = header.properties().getProperty(0x1F).value();
            assertThat(reason).isEqualTo("why");
        }
        MqttSubAckMessage subAck = (MqttSubAckMessage) read(
                ProtocolVersion.MQTT_5,
                out -> PacketEncoder.subAck(
                        out,
                        ProtocolVersion.MQTT_5,
                        9,
                        List.of(ReasonCode.GRANTED_QOS_2, ReasonCode.TOPIC_FILTER_INVALID),
                        "why"));
        assertThat(subAck.variableHeader().messageId()).isEqualTo(9);
        assertThat(subAck.payload().reasonCodes()).containsExactly(2, 0x8F);
    }
}
