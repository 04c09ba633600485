package io.magnetar.bench.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Encodes the control packets of a client. Thread: any, because it keeps nothing. */
public final class PacketBytes {
    /** Bytes of an acknowledgement in its short form: success, no properties. */
    public static final int ACK_BYTES = 4;

    private static final int CLEAN_START = 0x02;
    private static final int SESSION_EXPIRY = 0x11;
    private static final int USER_PROPERTY = 0x26;
    private static final int SESSION_SECONDS = 3_600;
    private static final int SUBSCRIBE_FLAGS = 0x02;
    private static final int PUBREL_FLAGS = 0x02;
    private static final int SMALL_PACKET = 256;

    private PacketBytes() {}

    /**
     * A CONNECT with no keep-alive, because a benchmark's connections may be quiet.
     *
     * @param durable whether the session is to outlive the connection: no clean session, in MQTT 5 for an hour
     */
    public static ByteBuf connect(ByteBufAllocator allocator, MqttVersion version, String clientId, boolean durable) {
        ByteBuf body = Unpooled.buffer(SMALL_PACKET);
        writeString(body, "MQTT");
        body.writeByte(version.level()).writeByte(durable ? 0 : CLEAN_START).writeShort(0);
        if (version.hasProperties() && durable) {
            body.writeByte(5).writeByte(SESSION_EXPIRY).writeInt(SESSION_SECONDS);
        } else if (version.hasProperties()) {
            body.writeByte(0);
        }
        writeString(body, clientId);
        return packet(allocator, PacketType.CONNECT, 0, body);
    }

    /**
     * A SUBSCRIBE with one filter.
     *
     * @param userProperties its user properties, none before MQTT 5
     */
    public static ByteBuf subscribe(
            ByteBufAllocator allocator,
            MqttVersion version,
            int packetId,
            String filter,
            int qos,
            Map<String, String> userProperties) {
        ByteBuf body = Unpooled.buffer(SMALL_PACKET);
        body.writeShort(packetId);
        if (version.hasProperties()) {
            ByteBuf properties = Unpooled.buffer(SMALL_PACKET);
            userProperties.forEach((name, value) -> {
                properties.writeByte(USER_PROPERTY);
                writeString(properties, name);
                writeString(properties, value);
            });
            VariableInt.write(body, properties.readableBytes());
            body.writeBytes(properties);
        } else if (!userProperties.isEmpty()) {
            throw new IllegalArgumentException("user properties need MQTT 5: " + userProperties);
        }
        writeString(body, filter);
        body.writeByte(qos);
        return packet(allocator, PacketType.SUBSCRIBE, SUBSCRIBE_FLAGS, body);
    }

    public static ByteBuf disconnect(ByteBufAllocator allocator) {
        return allocator.buffer(2).writeByte(PacketType.DISCONNECT << 4).writeByte(0);
    }

    /** Appends a PUBACK, PUBREC, PUBREL or PUBCOMP that says success. */
    public static void writeAck(ByteBuf out, int type, int packetId) {
        int flags = type == PacketType.PUBREL ? PUBREL_FLAGS : 0;
        out.writeByte((type << 4) | flags).writeByte(2).writeShort(packetId);
    }

    static void writeString(ByteBuf out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0xFFFF) {
            throw new IllegalArgumentException("longer than 65535 bytes: " + ByteBufUtil.hexDump(bytes, 0, 16) + "...");
        }
        out.writeShort(bytes.length).writeBytes(bytes);
    }

    private static ByteBuf packet(ByteBufAllocator allocator, int type, int flags, ByteBuf body) {
        ByteBuf packet = allocator.buffer(body.readableBytes() + 5);
        packet.writeByte((type << 4) | flags);
        VariableInt.write(packet, body.readableBytes());
        return packet.writeBytes(body);
    }
}
