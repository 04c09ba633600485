package io.magnetar.mqtt.connection;

import io.magnetar.mqtt.flow.LogText;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.trace.TraceRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A packet of either side as a line that a person reads: passwords, will payloads and authentication data are never part of it.
 *
 * <p>Thread: the caller's; stateless.
 */
final class PacketText {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private PacketText() {}

    /**
     * The line of a whole packet that was decoded or encoded here.
     *
     * @param direction {@code in} or {@code out}
     * @param packet the bytes of the packet; read through a view, the buffer stays as it is
     */
    static String line(Instant now, String direction, ByteBuf packet, boolean mqtt5, TraceRequest wanted) {
        ByteBuf in = packet.duplicate();
        int size = in.readableBytes();
        int header = in.readUnsignedByte();
        PacketType type = PacketType.of(header >> 4);
        StringBuilder line = new StringBuilder(128);
        line.append(TIME.format(now)).append(' ').append(direction).append(' ').append(type);
        line.append(" flags=0x")
                .append(Integer.toHexString(header & 0xF))
                .append(" size=")
                .append(size);
        variable(in);
        switch (type) {
            case CONNECT -> connect(line, in);
            case CONNACK -> {
                line.append(" session_present=").append(in.readByte() & 1);
                code(line, in);
            }
            case PUBLISH -> publish(line, header, in, mqtt5, wanted);
            case PUBACK, PUBREC, PUBREL, PUBCOMP -> {
                line.append(" id=").append(in.readUnsignedShort());
                code(line, in);
            }
            case SUBSCRIBE, UNSUBSCRIBE -> filters(line, type, in, mqtt5);
            case SUBACK, UNSUBACK -> codes(line, in, mqtt5);
            case DISCONNECT, AUTH -> code(line, in);
            default -> {
                // It has no more than its type.
            }
        }
        return line.toString();
    }

    private static void connect(StringBuilder line, ByteBuf in) {
        string(in);
        int level = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        line.append(" level=").append(level);
        line.append(" connect_flags=0x").append(Integer.toHexString(flags));
        line.append(" keep_alive=").append(in.readUnsignedShort());
        if (level == 5) {
            in.skipBytes(variable(in));
        }
        quoted(line, "client_id", string(in));
    }

    private static void publish(StringBuilder line, int header, ByteBuf in, boolean mqtt5, TraceRequest wanted) {
        String topic = string(in);
        if ((header & 6) != 0) {
            line.append(" id=").append(in.readUnsignedShort());
        }
        quoted(line, "topic", topic);
        if (mqtt5) {
            in.skipBytes(variable(in));
        }
        line.append(" payload_size=").append(in.readableBytes());
        int shown = Math.min(in.readableBytes(), wanted.payloadBytes());
        if (wanted.payload() == TraceRequest.Payload.HEX) {
            line.append(" payload=").append(ByteBufUtil.hexDump(in, in.readerIndex(), shown));
        } else if (wanted.payload() == TraceRequest.Payload.TEXT) {
            quoted(line, "payload", in.toString(in.readerIndex(), shown, StandardCharsets.UTF_8));
        }
    }

    private static void filters(StringBuilder line, PacketType type, ByteBuf in, boolean mqtt5) {
        line.append(" id=").append(in.readUnsignedShort());
        if (mqtt5) {
            in.skipBytes(variable(in));
        }
        while (in.isReadable()) {
            quoted(line, "filter", string(in));
            if (type == PacketType.SUBSCRIBE) {
                line.append(" options=0x").append(Integer.toHexString(in.readUnsignedByte()));
            }
        }
    }

    private static void codes(StringBuilder line, ByteBuf in, boolean mqtt5) {
        line.append(" id=").append(in.readUnsignedShort());
        if (mqtt5) {
            in.skipBytes(variable(in));
        }
        while (in.isReadable()) {
            code(line, in);
        }
    }

    /** A code that may be left out. */
    private static void code(StringBuilder line, ByteBuf in) {
        if (in.isReadable()) {
            line.append(String.format(Locale.ROOT, " code=0x%02X", in.readUnsignedByte()));
        }
    }

    private static void quoted(StringBuilder line, String key, String value) {
        line.append(' ').append(key).append('=').append(LogText.quoted(value));
    }

    private static String string(ByteBuf in) {
        int length = in.readUnsignedShort();
        return in.readCharSequence(length, StandardCharsets.UTF_8).toString();
    }

    private static int variable(ByteBuf in) {
        int value = 0;
        int shift = 0;
        int digit;
        do {
            digit = in.readByte();
            value |= (digit & 0x7F) << shift;
            shift += 7;
        } while (digit < 0);
        return value;
    }
}
