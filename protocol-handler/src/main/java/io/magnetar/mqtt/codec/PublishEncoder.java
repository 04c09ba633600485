package io.magnetar.mqtt.codec;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.UserProperty;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes one PUBLISH for one subscriber, for whom the shared form does not fit. Stateless. */
public final class PublishEncoder {
    static final byte[] NO_PROPERTIES = new byte[0];

    private PublishEncoder() {}

    /**
     * @param flags the low four bits of the first byte
     * @param packetId 0 at QoS 0
     * @param subscriptionIds for MQTT 5
     * @param nowMillis epoch milliseconds, what is left of the message expiry interval is counted from
     * @param alias the topic alias to use, or null
     * @return the bytes of one packet
     */
    public static byte[] encode(
            Message message,
            ProtocolVersion version,
            int flags,
            int packetId,
            int[] subscriptionIds,
            long nowMillis,
            OutboundAliases.@Nullable Alias alias) {
        ByteBuf out = Unpooled.buffer(256 + message.payload().length);
        ByteBuf body = Unpooled.buffer(128);
        WireWriter.writeString(body, alias != null && alias.isKnown() ? "" : message.topic());
        if (packetId != 0) {
            body.writeShort(packetId);
        }
        if (version.isMqtt5()) {
            ByteBuf section = Unpooled.buffer(64);
            if (alias != null) {
                writeAlias(section, alias);
            }
            writeProperties(section, message.properties(), subscriptionIds, nowMillis);
            WireWriter.writeVariable(body, section.readableBytes());
            body.writeBytes(section);
        }
        out.writeByte(PacketType.PUBLISH.header() | flags);
        WireWriter.writeVariable(out, body.readableBytes() + message.payload().length);
        out.writeBytes(body).writeBytes(message.payload());
        return Arrays.copyOfRange(out.array(), out.arrayOffset(), out.arrayOffset() + out.readableBytes());
    }

    static void writeAlias(ByteBuf section, OutboundAliases.Alias alias) {
        section.writeByte(Property.TOPIC_ALIAS.id()).writeShort(alias.number());
    }

    private static void writeProperties(
            ByteBuf section, MessageProperties properties, int[] subscriptionIds, long nowMillis) {
        section.writeBytes(properties(properties));
        if (properties.expires()) {
            // What is left of the interval [MQTT-3.3.2-6]: a second that has begun counts.
            long leftSeconds = Math.max(0, (properties.expiresAtMillis() - nowMillis + 999) / 1_000);
            section.writeByte(Property.MESSAGE_EXPIRY_INTERVAL.id())
                    .writeInt((int) Math.min(leftSeconds, 0xFFFF_FFFFL));
        }
        for (int subscriptionId : subscriptionIds) {
            section.writeByte(Property.SUBSCRIPTION_IDENTIFIER.id());
            WireWriter.writeVariable(section, subscriptionId);
        }
    }

    /** The properties that are the same for all subscribers, without their length. */
    static byte[] properties(MessageProperties properties) {
        if (properties.equals(MessageProperties.NONE)) {
            return NO_PROPERTIES;
        }
        ByteBuf out = Unpooled.buffer(64);
        if (properties.payloadIsUtf8()) {
            out.writeByte(Property.PAYLOAD_FORMAT_INDICATOR.id()).writeByte(1);
        }
        if (properties.contentType() != null) {
            out.writeByte(Property.CONTENT_TYPE.id());
            WireWriter.writeString(out, properties.contentType());
        }
        if (properties.responseTopic() != null) {
            out.writeByte(Property.RESPONSE_TOPIC.id());
            WireWriter.writeString(out, properties.responseTopic());
        }
        if (properties.correlationData() != null) {
            out.writeByte(Property.CORRELATION_DATA.id());
            WireWriter.writeBinary(out, properties.correlationData());
        }
        for (UserProperty property : properties.userProperties()) {
            out.writeByte(Property.USER_PROPERTY.id());
            WireWriter.writeString(out, property.name());
            WireWriter.writeString(out, property.value());
        }
        return Arrays.copyOfRange(out.array(), out.arrayOffset(), out.arrayOffset() + out.readableBytes());
    }
}
