package io.magnetar.bench.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/**
 * A PUBLISH of one publisher to one topic, encoded once; each message is a copy of it with the packet id, sequence and time
 * set in place.
 *
 * <p>Thread: immutable.
 */
public final class PublishFrame {
    private final byte[] frame;
    private final int packetIdAt;
    private final int payloadAt;

    /** @param payloadBytes at least {@link Stamp#BYTES}; what the stamp leaves is filled with a pattern */
    public PublishFrame(MqttVersion version, String topic, int qos, int payloadBytes, int run, int publisher) {
        if (payloadBytes < Stamp.BYTES) {
            throw new IllegalArgumentException("a payload has at least " + Stamp.BYTES + " bytes: " + payloadBytes);
        }
        ByteBuf head = Unpooled.buffer();
        PacketBytes.writeString(head, topic);
        int packetIdInHead = head.writerIndex();
        if (qos > 0) {
            head.writeShort(0);
        }
        if (version.hasProperties()) {
            head.writeByte(0);
        }
        ByteBuf packet = Unpooled.buffer(head.readableBytes() + payloadBytes + 5);
        packet.writeByte((PacketType.PUBLISH << 4) | (qos << 1));
        VariableInt.write(packet, head.readableBytes() + payloadBytes);
        packetIdAt = qos > 0 ? packet.writerIndex() + packetIdInHead : -1;
        packet.writeBytes(head);
        payloadAt = packet.writerIndex();
        Stamp.writeFixed(packet, run, publisher);
        for (int i = Stamp.BYTES; i < payloadBytes; i++) {
            packet.writeByte('a' + i % 26);
        }
        frame = ByteBufUtil.getBytes(packet);
    }

    /** Bytes of the whole packet. */
    public int length() {
        return frame.length;
    }

    /** Appends one message; {@code packetId} counts only for QoS 1 and 2. */
    public void write(ByteBuf out, int packetId, int sequence, long sentNanos) {
        int start = out.writerIndex();
        out.writeBytes(frame);
        if (packetIdAt >= 0) {
            out.setShort(start + packetIdAt, packetId);
        }
        Stamp.patch(out, start + payloadAt, sequence, sentNanos);
    }
}
