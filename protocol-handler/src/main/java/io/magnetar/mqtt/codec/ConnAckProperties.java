package io.magnetar.mqtt.codec;

import io.magnetar.mqtt.packet.Authentication;
import io.magnetar.mqtt.packet.ConnAck;
import io.netty.buffer.ByteBuf;

/** Writes the properties of CONNACK, MQTT 5.0 section 3.2.2.3. Stateless. */
final class ConnAckProperties {
    private static final int LONGEST_REASON_BYTES = 512;

    private ConnAckProperties() {}

    static void write(ByteBuf out, ConnAck connAck) {
        if (connAck.reason() != null) {
            out.writeByte(Property.REASON_STRING.id());
            WireWriter.writeString(out, WireWriter.fit(connAck.reason(), LONGEST_REASON_BYTES));
        }
        if (connAck.authentication() != null) {
            writeAuthentication(out, connAck.authentication());
        }
        if (connAck.terms() != null) {
            writeTerms(out, connAck.terms());
        }
    }

    static void writeAuthentication(ByteBuf out, Authentication authentication) {
        out.writeByte(Property.AUTHENTICATION_METHOD.id());
        WireWriter.writeString(out, authentication.method());
        if (authentication.data() != null) {
            out.writeByte(Property.AUTHENTICATION_DATA.id());
            WireWriter.writeBinary(out, authentication.data());
        }
    }

    /** What is absent is in force as the specification says: QoS 2, wildcards and subscription identifiers are available. */
    private static void writeTerms(ByteBuf out, ConnAck.Terms terms) {
        if (terms.assignedClientId() != null) {
            out.writeByte(Property.ASSIGNED_CLIENT_IDENTIFIER.id());
            WireWriter.writeString(out, terms.assignedClientId());
        }
        if (terms.sessionExpirySeconds() != ConnAck.AS_ASKED) {
            out.writeByte(Property.SESSION_EXPIRY_INTERVAL.id()).writeInt((int) terms.sessionExpirySeconds());
        }
        if (terms.keepAliveSeconds() != ConnAck.AS_ASKED) {
            out.writeByte(Property.SERVER_KEEP_ALIVE.id()).writeShort((int) terms.keepAliveSeconds());
        }
        if (terms.topicAliasMaximum() > 0) {
            out.writeByte(Property.TOPIC_ALIAS_MAXIMUM.id()).writeShort(terms.topicAliasMaximum());
        }
        if (terms.responseInformation() != null) {
            out.writeByte(Property.RESPONSE_INFORMATION.id());
            WireWriter.writeString(out, terms.responseInformation());
        }
        out.writeByte(Property.RECEIVE_MAXIMUM.id()).writeShort(terms.receiveMaximum());
        out.writeByte(Property.MAXIMUM_PACKET_SIZE.id()).writeInt(terms.maximumPacketSize());
        if (!terms.retainAvailable()) {
            out.writeByte(Property.RETAIN_AVAILABLE.id()).writeByte(0);
        }
    }
}
