package io.magnetar.mqtt.connection;

import io.magnetar.mqtt.packet.PacketType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Checks what a broker sends on one connection: whole packets of a server, CONNACK as the first but for AUTH [MQTT-3.2.0-1], and
 * nothing behind the last one.
 *
 * <p>Thread: the simulation's.
 */
final class SentPackets {
    private static final Set<PacketType> OF_SERVER = EnumSet.of(
            PacketType.PUBLISH,
            PacketType.PUBACK,
            PacketType.PUBREC,
            PacketType.PUBREL,
            PacketType.PUBCOMP,
            PacketType.SUBACK,
            PacketType.UNSUBACK,
            PacketType.PINGRESP);

    private final ByteBuf unread = Unpooled.buffer();
    private final List<byte[]> subAcks = new ArrayList<>();
    private boolean accepted;
    private boolean ended;

    /** Takes what was sent, and releases it. */
    void take(ByteBuf sent) {
        unread.writeBytes(sent);
        sent.release();
        while (unread.isReadable()) {
            int start = unread.readerIndex();
            PacketType type = PacketType.of(unread.readUnsignedByte() >> 4);
            int length = length();
            if (length > unread.readableBytes()) {
                throw new IllegalStateException(type + " says that it has " + length + " bytes: "
                        + unread.readableBytes() + " are there, of " + (unread.writerIndex() - start));
            }
            check(type, unread.readSlice(length));
        }
        unread.clear();
    }

    /** What follows the fixed header of each SUBACK. */
    List<byte[]> subAcks() {
        return subAcks;
    }

    private int length() {
        int length = 0;
        int shift = 0;
        int digit;
        do {
            digit = unread.readByte();
            length |= (digit & 0x7F) << shift;
            shift += 7;
        } while (digit < 0);
        return length;
    }

    private void check(PacketType type, ByteBuf body) {
        boolean inTurn = switch (type) {
            case CONNACK -> !accepted;
            case AUTH -> true;
            case DISCONNECT -> accepted;
            default -> accepted && OF_SERVER.contains(type);
        };
        if (ended || !inTurn) {
            throw new IllegalStateException(type + " is out of turn");
        }
        if (type == PacketType.SUBACK) {
            subAcks.add(ByteBufUtil.getBytes(body));
        }
        if (type == PacketType.CONNACK) {
            ended = body.getByte(1) != 0;
            accepted = !ended;
        } else if (type == PacketType.DISCONNECT) {
            ended = true;
        }
    }
}
