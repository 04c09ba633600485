package io.magnetar.mqtt.codec;

import io.magnetar.mqtt.packet.Auth;
import io.magnetar.mqtt.packet.ConnAck;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.ReasonCode;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the packets that the server sends, but for PUBLISH. Thread: the caller's; stateless. */
public final class PacketEncoder {
    private static final int MAX_REASON_BYTES = 512;

    private PacketEncoder() {}

    public static void connAck(ByteBuf out, ProtocolVersion version, ConnAck connAck) {
        out.writeByte(PacketType.CONNACK.header());
        // MQTT 3.1 has no such flag.
        int sessionPresent = connAck.sessionPresent() && !version.isMqtt31() ? 1 : 0;
        if (!version.isMqtt5()) {
            out.writeByte(2)
                    .writeByte(sessionPresent)
                    .writeByte(connAck.reasonCode().connectReturnCode());
            return;
        }
        ByteBuf properties = out.alloc().heapBuffer(64);
        try {
            ConnAckProperties.write(properties, connAck);
            int length = properties.readableBytes();
            WireWriter.writeVariable(out, 2 + WireWriter.variableSize(length) + length);
            out.writeByte(sessionPresent).writeByte(connAck.reasonCode().code());
            WireWriter.writeVariable(out, length);
            out.writeBytes(properties);
        } finally {
            properties.release();
        }
    }

    /**
     * PUBACK, PUBREC, PUBREL or PUBCOMP. Before MQTT 5 they have neither code nor reason.
     *
     * @param reason a reason string, or null
     */
    public static void acknowledgement(
            ByteBuf out,
            ProtocolVersion version,
            PacketType type,
            int packetId,
            ReasonCode code,
            @Nullable String reason) {
        out.writeByte(type.header());
        if (!version.isMqtt5() || (code == ReasonCode.SUCCESS && reason == null)) {
            out.writeByte(2).writeShort(packetId);
            return;
        }
        String text = reason == null ? null : WireWriter.fit(reason, MAX_REASON_BYTES);
        int properties = reasonSize(text);
        WireWriter.writeVariable(out, 3 + WireWriter.variableSize(properties) + properties);
        out.writeShort(packetId).writeByte(code.code());
        writeReason(out, properties, text);
    }

    /** SUBACK. MQTT 3.1.1 knows one failure code, 0x80; MQTT 3.1 none, and its clients get the same one: better than a lie. */
    public static void subAck(
            ByteBuf out, ProtocolVersion version, int packetId, List<ReasonCode> codes, @Nullable String reason) {
        out.writeByte(PacketType.SUBACK.header());
        codes(out, version, packetId, codes, reason);
    }

    /** UNSUBACK; without codes before MQTT 5. */
    public static void unsubAck(
            ByteBuf out, ProtocolVersion version, int packetId, List<ReasonCode> codes, @Nullable String reason) {
        out.writeByte(PacketType.UNSUBACK.header());
        codes(out, version, packetId, version.isMqtt5() ? codes : List.of(), reason);
    }

    private static void codes(
            ByteBuf out, ProtocolVersion version, int packetId, List<ReasonCode> codes, @Nullable String reason) {
        boolean mqtt5 = version.isMqtt5();
        String text = reason == null || !mqtt5 ? null : WireWriter.fit(reason, MAX_REASON_BYTES);
        int properties = reasonSize(text);
        WireWriter.writeVariable(
                out, 2 + codes.size() + (mqtt5 ? WireWriter.variableSize(properties) + properties : 0));
        out.writeShort(packetId);
        if (mqtt5) {
            writeReason(out, properties, text);
        }
        for (ReasonCode code : codes) {
            out.writeByte(!mqtt5 && code.isError() ? ReasonCode.UNSPECIFIED_ERROR.code() : code.code());
        }
    }

    public static void pingResp(ByteBuf out) {
        out.writeByte(PacketType.PINGRESP.header()).writeByte(0);
    }

    /** DISCONNECT, which only MQTT 5 lets a server send. */
    public static void disconnect(ByteBuf out, ReasonCode code, @Nullable String reason) {
        String text = reason == null ? null : WireWriter.fit(reason, MAX_REASON_BYTES);
        int properties = reasonSize(text);
        out.writeByte(PacketType.DISCONNECT.header());
        WireWriter.writeVariable(out, 1 + WireWriter.variableSize(properties) + properties);
        out.writeByte(code.code());
        writeReason(out, properties, text);
    }

    /** AUTH, MQTT 5.0 section 3.15. */
    public static void auth(ByteBuf out, Auth auth) {
        ByteBuf properties = out.alloc().heapBuffer(64);
        try {
            if (auth.authentication() != null) {
                ConnAckProperties.writeAuthentication(properties, auth.authentication());
            }
            int length = properties.readableBytes();
            out.writeByte(PacketType.AUTH.header());
            WireWriter.writeVariable(out, 1 + WireWriter.variableSize(length) + length);
            out.writeByte(auth.reasonCode().code());
            WireWriter.writeVariable(out, length);
            out.writeBytes(properties);
        } finally {
            properties.release();
        }
    }

    private static int reasonSize(@Nullable String reason) {
        return reason == null ? 0 : 1 + WireWriter.stringSize(reason);
    }

    private static void writeReason(ByteBuf out, int propertiesSize, @Nullable String reason) {
        WireWriter.writeVariable(out, propertiesSize);
        if (reason != null) {
            out.writeByte(Property.REASON_STRING.id());
            WireWriter.writeString(out, reason);
        }
    }
}
