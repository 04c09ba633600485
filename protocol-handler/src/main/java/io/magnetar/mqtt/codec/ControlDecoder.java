package io.magnetar.mqtt.codec;

import io.magnetar.mqtt.packet.Acknowledgement;
import io.magnetar.mqtt.packet.Auth;
import io.magnetar.mqtt.packet.Authentication;
import io.magnetar.mqtt.packet.Disconnect;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ReasonCode;
import io.netty.buffer.ByteBuf;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the packets of a reason code and properties: acknowledgements, DISCONNECT, AUTH. Stateless. */
final class ControlDecoder {
    private static final Set<ReasonCode> OF_RECEPTION = EnumSet.of(
            ReasonCode.SUCCESS,
            ReasonCode.NO_MATCHING_SUBSCRIBERS,
            ReasonCode.UNSPECIFIED_ERROR,
            ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
            ReasonCode.NOT_AUTHORIZED,
            ReasonCode.TOPIC_NAME_INVALID,
            ReasonCode.PACKET_IDENTIFIER_IN_USE,
            ReasonCode.QUOTA_EXCEEDED,
            ReasonCode.PAYLOAD_FORMAT_INVALID);
    private static final Set<ReasonCode> OF_RELEASE =
            EnumSet.of(ReasonCode.SUCCESS, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
    private static final Set<ReasonCode> OF_DISCONNECT = EnumSet.of(
            ReasonCode.SUCCESS,
            ReasonCode.DISCONNECT_WITH_WILL,
            ReasonCode.UNSPECIFIED_ERROR,
            ReasonCode.MALFORMED_PACKET,
            ReasonCode.PROTOCOL_ERROR,
            ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
            ReasonCode.TOPIC_NAME_INVALID,
            ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
            ReasonCode.TOPIC_ALIAS_INVALID,
            ReasonCode.PACKET_TOO_LARGE,
            ReasonCode.MESSAGE_RATE_TOO_HIGH,
            ReasonCode.QUOTA_EXCEEDED,
            ReasonCode.ADMINISTRATIVE_ACTION,
            ReasonCode.PAYLOAD_FORMAT_INVALID);
    private static final Set<ReasonCode> OF_AUTH =
            EnumSet.of(ReasonCode.CONTINUE_AUTHENTICATION, ReasonCode.RE_AUTHENTICATE);

    private ControlDecoder() {}

    static Acknowledgement acknowledgement(PacketType type, ByteBuf body, boolean mqtt5) throws PacketException {
        int packetId = WireReader.readPacketId(body);
        if (!mqtt5) {
            return new Acknowledgement(type, packetId, ReasonCode.SUCCESS);
        }
        boolean ofReception = type == PacketType.PUBACK || type == PacketType.PUBREC;
        ReasonCode reasonCode = reasonCode(body, type, ofReception ? OF_RECEPTION : OF_RELEASE);
        if (body.isReadable()) {
            Properties.read(body, Property.Place.ACK);
        }
        return new Acknowledgement(type, packetId, reasonCode);
    }

    static Disconnect disconnect(ByteBuf body, boolean mqtt5) throws PacketException {
        if (!mqtt5 || !body.isReadable()) {
            return Disconnect.NORMAL;
        }
        ReasonCode reasonCode = reasonCode(body, PacketType.DISCONNECT, OF_DISCONNECT);
        Properties properties = body.isReadable() ? Properties.read(body, Property.Place.DISCONNECT) : Properties.NONE;
        return new Disconnect(reasonCode, properties.number(Property.SESSION_EXPIRY_INTERVAL, Disconnect.NOT_GIVEN));
    }

    static Auth auth(ByteBuf body, boolean mqtt5) throws PacketException {
        if (!mqtt5) {
            throw PacketException.protocolError("only MQTT 5 has AUTH");
        }
        ReasonCode reasonCode = reasonCode(body, PacketType.AUTH, OF_AUTH);
        Properties properties = body.isReadable() ? Properties.read(body, Property.Place.AUTH) : Properties.NONE;
        return new Auth(reasonCode, authentication(properties), properties.string(Property.REASON_STRING));
    }

    /** The step of enhanced authentication that a packet carries, null when it carries none. */
    static @Nullable Authentication authentication(Properties properties) throws PacketException {
        String method = properties.string(Property.AUTHENTICATION_METHOD);
        byte[] data = properties.binary(Property.AUTHENTICATION_DATA);
        if (method == null && data != null) {
            throw PacketException.protocolError("authentication data needs an authentication method");
        }
        return method == null ? null : new Authentication(method, data);
    }

    /** A reason code that may be left out when it is 0, of those that a client may send with the packet. */
    private static ReasonCode reasonCode(ByteBuf body, PacketType type, Set<ReasonCode> known) throws PacketException {
        int value = body.isReadable() ? WireReader.readByte(body) : 0;
        ReasonCode code = ReasonCode.of(value);
        if (code == null || !known.contains(code)) {
            throw PacketException.protocolError(
                    "a client sends " + type + " without reason code 0x" + Integer.toHexString(value));
        }
        return code;
    }
}
