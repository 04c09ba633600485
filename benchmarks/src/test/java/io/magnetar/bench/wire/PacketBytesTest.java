package io.magnetar.bench.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.MqttPropertyType;
import io.netty.handler.codec.mqtt.MqttProperties.StringPair;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is encoded here, Netty's own MQTT decoder must understand. */
class PacketBytesTest {
    private final EmbeddedChannel peer = new EmbeddedChannel(new MqttDecoder(2 * 1024 * 1024));

    @AfterEach
    void close() {
        peer.finishAndReleaseAll();
    }

    @ParameterizedTest
    @EnumSource(MqttVersion.class)
    void connectStartsACleanSessionWithoutKeepAlive(MqttVersion version) {
        MqttConnectMessage connect =
                (MqttConnectMessage) decoded(PacketBytes.connect(allocator(), version, "bench-pub-1", false));

        assertThat(connect.variableHeader().version()).isEqualTo(version.level());
        assertThat(connect.variableHeader().isCleanSession()).isTrue();
        assertThat(connect.variableHeader().keepAliveTimeSeconds()).isZero();
        assertThat(connect.payload().clientIdentifier()).isEqualTo("bench-pub-1");
    }

    @ParameterizedTest
    @EnumSource(MqttVersion.class)
    void subscribeHasOneFilter(MqttVersion version) {
        decoded(PacketBytes.connect(allocator(), version, "c", false));

        MqttSubscribeMessage subscribe =
                (MqttSubscribeMessage) decoded(PacketBytes.subscribe(allocator(), version, 9, "a/+/b", 2, Map.of()));

        assertThat(subscribe.variableHeader().messageId()).isEqualTo(9);
        assertThat(subscribe.payload().topicSubscriptions()).singleElement().satisfies(subscription -> {
            assertThat(subscription.topicFilter()).isEqualTo("a/+/b");
            assertThat(subscription.qualityOfService()).isEqualTo(MqttQoS.EXACTLY_ONCE);
        });
    }

    @Test
    void subscribeCarriesUserPropertiesInMqtt5Only() {
        Map<String, String> rate = Map.of("stream-rate", "5");
        decoded(PacketBytes.connect(allocator(), MqttVersion.V5, "c", false));

        MqttSubscribeMessage subscribe =
                (MqttSubscribeMessage) decoded(PacketBytes.subscribe(allocator(), MqttVersion.V5, 9, "a", 0, rate));

        MqttProperties properties = subscribe.idAndPropertiesVariableHeader().properties();
        assertThat(properties
                        .getProperty(MqttPropertyType.USER_PROPERTY.value())
                        .value())
                .isEqualTo(List.of(new StringPair("stream-rate", "5")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PacketBytes.subscribe(allocator(), MqttVersion.V3_1_1, 9, "a", 0, rate));
    }

    @ParameterizedTest
    @CsvSource({"4, PUBACK", "5, PUBREC", "6, PUBREL", "7, PUBCOMP"})
    void acknowledgementsCarryTheirPacketId(int type, MqttMessageType expected) {
        decoded(PacketBytes.connect(allocator(), MqttVersion.V3_1_1, "c", false));
        ByteBuf ack = Unpooled.buffer();
        PacketBytes.writeAck(ack, type, 65_535);

        MqttMessage message = decoded(ack);

        assertThat(message.fixedHeader().messageType()).isEqualTo(expected);
        assertThat(((MqttMessageIdVariableHeader) message.variableHeader()).messageId())
                .isEqualTo(65_535);
    }

    @ParameterizedTest
    @CsvSource({"V3_1_1, 0, 16", "V3_1_1, 1, 256", "V3_1_1, 2, 20000", "V5, 0, 100", "V5, 1, 1000000", "V5, 2, 127"})
    void framesAreWholePublishesWithTheirStamp(MqttVersion version, int qos, int payloadBytes) {
        decoded(PacketBytes.connect(allocator(), version, "c", false));
        PublishFrame frame = new PublishFrame(version, "sensors/7/readings", qos, payloadBytes, 0xCAFE, 7);
        ByteBuf out = Unpooled.buffer();
        frame.write(out, 1, 0, 0);
        frame.write(out, 513, 41, 1_234_567_890_123L);
        assertThat(out.readableBytes()).isEqualTo(2 * frame.length());

        peer.writeInbound(out);
        MqttPublishMessage first = peer.readInbound();
        first.release();
        MqttPublishMessage second = peer.readInbound();

        assertThat(second.fixedHeader().qosLevel().value()).isEqualTo(qos);
        assertThat(second.variableHeader().topicName()).isEqualTo("sensors/7/readings");
        if (qos > 0) {
            assertThat(second.variableHeader().packetId()).isEqualTo(513);
        }
        ByteBuf payload = second.payload();
        assertThat(payload.readableBytes()).isEqualTo(payloadBytes);
        assertThat(Stamp.isAt(payload, 0, payloadBytes)).isTrue();
        assertThat(Stamp.run(payload, 0)).isEqualTo(0xCAFE);
        assertThat(Stamp.publisher(payload, 0)).isEqualTo(7);
        assertThat(Stamp.sequence(payload, 0)).isEqualTo(41);
        assertThat(Stamp.sentNanos(payload, 0, 1_234_567_899_999L)).isEqualTo(1_234_567_890_000L);
        second.release();
    }

    private MqttMessage decoded(ByteBuf packet) {
        peer.writeInbound(packet);
        MqttMessage message = peer.readInbound();
        assertThat(message.decoderResult().isSuccess())
                .as("%s", message.decoderResult())
                .isTrue();
        return message;
    }

    private static UnpooledByteBufAllocator allocator() {
        return UnpooledByteBufAllocator.DEFAULT;
    }
}
