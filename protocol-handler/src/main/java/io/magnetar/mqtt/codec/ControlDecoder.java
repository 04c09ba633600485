package io.magnetar.mqtt.codec;

import io.magnetar.mqtt.packet.Acknowledgement;
import io.magnetar.mqtt.packet.Auth;
import io.magnetar.mqtt.packet.Disconnect;
import io.magnetar.mqtt.packet.PacketType;
import io.netty.buffer.ByteBuf;

/** Reads the packets of a reason code and properties: acknowledgements, DISCONNECT, AUTH. Stateless. */
final class ControlDecoder {
    private ControlDecoder() {}

    static Acknowledgement acknowledgement(PacketType type, ByteBuf body, boolean mqtt5) throws PacketException {
        int packetId = WireReader.readPacketId(body);
        int reasonCode = mqtt5 ? reasonCode(body) : 0;
        if (mqtt5 && body.isReadable()) {
            Properties.read(body, Property.Place.ACK);
        }
        return new Acknowledgement(type, packetId, reasonCode);
    }

    static Disconnect disconnect(ByteBuf body, boolean mqtt5) throws PacketException {
        if (!mqtt5 || !body.isReadable()) {
            return Disconnect.NORMAL;
        }
        int reasonCode = reasonCode(body);
        Properties properties = body.isReadable() ? Properties.read(body, Property.Place.DISCONNECT) : Properties.NONE;
        return new Disconnect(reasonCode, properties.number(Property.SESSION_EXPIRY_INTERVAL, Disconnect.NOT_GIVEN));
    }

    static Auth auth(ByteBuf body, boolean mqtt5) throws PacketException {
        if (!mqtt5) {
            throw PacketException.protocolError("MQTT 3.1.1 has no AUTH");
        }
        int reasonCode = reasonCode(body);
        if (body.isReadable()) {
            Properties.read(body, Property.Place.AUTH);
        }
        return new Auth(reasonCode);
    }

    /** A reason code that may be left out when it is 0. */
    private static int reasonCode(ByteBuf body) throws PacketException {
        return body.isReadable() ? WireReader.readByte(body) : 0;
    }
}
