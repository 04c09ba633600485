package io.magnetar.mqtt.codec;

import io.magnetar.mqtt.packet.ConnAck;
import io.netty.buffer.ByteBuf;

/** Writes the properties of CONNACK, MQTT 5.0 section 3.2.2.3. Stateless. */
final class ConnAckProperties {
    private ConnAckProperties() {}

    static void write(ByteBuf out, ConnAck connAck) {
        if (connAck.reason() != null) {
            out.writeByte(Property.REASON_STRING.id());
            WireWriter.writeString(out, connAck.reason());
        }
        if (connAck.reasonCode().isError()) {
            return;
        }
        if (connAck.assignedClientId() != null) {
            out.writeByte(Property.ASSIGNED_CLIENT_IDENTIFIER.id());
            WireWriter.writeString(out, connAck.assignedClientId());
        }
        if (connAck.sessionExpirySeconds() != ConnAck.AS_ASKED) {
            out.writeByte(Property.SESSION_EXPIRY_INTERVAL.id()).writeInt((int) connAck.sessionExpirySeconds());
        }
        out.writeByte(Property.RECEIVE_MAXIMUM.id()).writeShort(connAck.receiveMaximum());
        out.writeByte(Property.MAXIMUM_PACKET_SIZE.id()).writeInt(connAck.maximumPacketSize());
        out.writeByte(Property.RETAIN_AVAILABLE.id()).writeByte(0);
        out.writeByte(Property.SHARED_SUBSCRIPTION_AVAILABLE.id()).writeByte(0);
    }
}
