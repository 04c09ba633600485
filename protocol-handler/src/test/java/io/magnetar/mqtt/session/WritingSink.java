package io.magnetar.mqtt.session;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.OutboundAliases;
import io.magnetar.mqtt.codec.PacketEncoder;
import io.magnetar.mqtt.codec.PublishEncoder;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.packet.Auth;
import io.magnetar.mqtt.packet.ConnAck;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.ReasonCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection of a simulated session that writes every packet in full, and checks that its length is what it says. */
final class WritingSink implements PacketSink {
    private static final int MAX_ALIASES = 4;

    private ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
    private OutboundAliases aliases = new OutboundAliases(0);
    private boolean closed;

    boolean isClosed() {
        return closed;
    }

    void use(ProtocolVersion clients, Connect.Reception takes) {
        version = clients;
        aliases = new OutboundAliases(Math.min(takes.topicAliasMaximum(), MAX_ALIASES));
    }

    private static void write(Consumer<ByteBuf> packet) {
        ByteBuf out = Unpooled.buffer();
        packet.accept(out);
        out.skipBytes(1);
        int length = 0;
        int shift = 0;
        int digit;
        do {
            digit = out.readByte();
            length |= (digit & 0x7F) << shift;
            shift += 7;
        } while (digit < 0);
        if (length != out.readableBytes()) {
            throw new IllegalStateException("a packet says that it has " + length + " bytes: " + out.readableBytes());
        }
    }

    @Override
    public void connAck(ConnAck connAck) {
        write(out -> PacketEncoder.connAck(out, version, connAck));
    }

    @Override
    public void acknowledge(PacketType type, int packetId, ReasonCode code, @Nullable String reason) {
        write(out -> PacketEncoder.acknowledgement(out, version, type, packetId, code, reason));
    }

    @Override
    public void subAck(int packetId, List<ReasonCode> codes, @Nullable String reason) {
        write(out -> PacketEncoder.subAck(out, version, packetId, codes, reason));
    }

    @Override
    public void unsubAck(int packetId, List<ReasonCode> codes, @Nullable String reason) {
        write(out -> PacketEncoder.unsubAck(out, version, packetId, codes, reason));
    }

    @Override
    public void auth(Auth auth) {
        write(out -> PacketEncoder.auth(out, auth));
    }

    @Override
    public void pingResp() {
        write(PacketEncoder::pingResp);
    }

    @Override
    public boolean publish(SharedPublish publish, Qos qos, int packetId) {
        OutboundAliases.Alias alias = aliases.of(publish.message().topic());
        if (alias == null) {
            write(out -> publish.write(out, version, qos.value() << 1, packetId));
        } else {
            write(out -> publish.write(out, qos.value() << 1, packetId, alias));
            alias.sent();
        }
        return true;
    }

    @Override
    public boolean publish(Message message, Qos qos, boolean dup, boolean retain, int packetId, int[] subscriptionIds) {
        OutboundAliases.Alias alias = aliases.of(message.topic());
        int flags = (dup ? 8 : 0) | qos.value() << 1 | (retain ? 1 : 0);
        write(out ->
                out.writeBytes(PublishEncoder.encode(message, version, flags, packetId, subscriptionIds, 0, alias)));
        if (alias != null) {
            alias.sent();
        }
        return true;
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public void holdReading(boolean hold) {
        // The fuzzer's bytes come in any case, like those that a socket has read already.
    }

    @Override
    public void disconnect(ReasonCode code, @Nullable String reason) {
        write(out -> PacketEncoder.disconnect(out, code, reason));
        closed = true;
    }

    @Override
    public void close() {
        closed = true;
    }
}
