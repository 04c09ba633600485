package io.magnetar.mqtt.codec;

import io.magnetar.message.MessageProperties;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.topic.TopicNames;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;

/** Reads CONNECT, MQTT 5.0 section 3.1. Thread: the caller's; stateless. */
final class ConnectDecoder {
    private static final int RESERVED = 0x01;
    private static final int CLEAN_START = 0x02;
    private static final int WILL = 0x04;
    private static final int WILL_QOS_SHIFT = 3;
    private static final int WILL_RETAIN = 0x20;
    private static final int WILL_BITS = 0x38;
    private static final int PASSWORD = 0x40;
    private static final int USERNAME = 0x80;
    private static final long UNLIMITED_PACKET_SIZE = 0xFFFF_FFFFL;

    private ConnectDecoder() {}

    static Connect decode(ByteBuf body) throws PacketException {
        ProtocolVersion version = readVersion(body);
        try {
            Connect connect = decode(body, version);
            WireReader.needEnd(body);
            return connect;
        } catch (PacketException e) {
            throw e.inConnect(version);
        }
    }

    private static Connect decode(ByteBuf body, ProtocolVersion version) throws PacketException {
        int flags = WireReader.readByte(body);
        checkFlags(flags, version);
        int keepAliveSeconds = WireReader.readTwoBytes(body);
        boolean mqtt5 = version.isMqtt5();
        Properties properties = mqtt5 ? Properties.read(body, Property.Place.CONNECT) : Properties.NONE;
        String clientId = WireReader.readString(body);
        Connect.Will will = (flags & WILL) == 0 ? null : readWill(body, flags, mqtt5);
        String username = isThere(flags, USERNAME, body, version) ? WireReader.readString(body) : null;
        byte[] password = isThere(flags, PASSWORD, body, version) ? WireReader.readBinary(body) : null;
        boolean cleanStart = (flags & CLEAN_START) != 0;
        return new Connect(
                version,
                clientId,
                cleanStart,
                keepAliveSeconds,
                sessionExpiry(properties, mqtt5, cleanStart),
                reception(properties),
                ControlDecoder.authentication(properties),
                username,
                password,
                will,
                List.copyOf(properties.userProperties()));
    }

    private static ProtocolVersion readVersion(ByteBuf body) throws PacketException {
        String name = WireReader.readString(body);
        int level = WireReader.readByte(body);
        for (ProtocolVersion version : ProtocolVersion.values()) {
            if (name.equals(version.protocolName()) && level == version.level()) {
                return version;
            }
        }
        if (name.equals("MQTT") || name.equals("MQIsdp")) {
            throw new PacketException(
                    ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                    "protocol " + name + " level " + level
                            + " is not spoken here; MQIsdp 3 (MQTT 3.1), MQTT 4 (3.1.1) and MQTT 5 (5.0) are");
        }
        throw PacketException.protocolError("the protocol name is 'MQTT', or 'MQIsdp' in MQTT 3.1");
    }

    private static void checkFlags(int flags, ProtocolVersion version) throws PacketException {
        if (((flags >> WILL_QOS_SHIFT) & 3) == 3) {
            throw PacketException.malformed("the will QoS is 0, 1 or 2, not 3"); // [MQTT-3.1.2-12]
        }
        if (version.isMqtt31()) {
            return; // Its specification gives the other bits no meaning, and forbids none.
        }
        if ((flags & RESERVED) != 0) {
            throw PacketException.malformed("the reserved flag of CONNECT is 0"); // [MQTT-3.1.2-3]
        }
        if ((flags & WILL) == 0 && (flags & WILL_BITS) != 0) {
            throw PacketException.malformed("CONNECT has no will, but will flags"); // [MQTT-3.1.2-11], [MQTT-3.1.2-13]
        }
        if (!version.isMqtt5() && (flags & USERNAME) == 0 && (flags & PASSWORD) != 0) {
            throw PacketException.malformed("a password needs a user name in MQTT 3.1.1"); // 3.1.1: [MQTT-3.1.2-22]
        }
    }

    /** In MQTT 3.1 a user name or password may be missing though its flag is set: the length of the packet decides. */
    private static boolean isThere(int flags, int flag, ByteBuf body, ProtocolVersion version) {
        return (flags & flag) != 0 && (!version.isMqtt31() || body.isReadable());
    }

    private static Connect.Reception reception(Properties properties) throws PacketException {
        if (properties == Properties.NONE) {
            return Connect.Reception.DEFAULT;
        }
        return new Connect.Reception(
                (int) properties.positive(Property.RECEIVE_MAXIMUM, 65_535),
                (int) Math.min(
                        Integer.MAX_VALUE, properties.positive(Property.MAXIMUM_PACKET_SIZE, UNLIMITED_PACKET_SIZE)),
                (int) properties.number(Property.TOPIC_ALIAS_MAXIMUM, 0),
                properties.flag(Property.REQUEST_PROBLEM_INFORMATION, true),
                properties.flag(Property.REQUEST_RESPONSE_INFORMATION, false));
    }

    private static long sessionExpiry(Properties properties, boolean mqtt5, boolean cleanStart) {
        if (mqtt5) {
            return properties.number(Property.SESSION_EXPIRY_INTERVAL, 0);
        }
        return cleanStart ? 0 : 0xFFFF_FFFFL;
    }

    private static Connect.Will readWill(ByteBuf body, int flags, boolean mqtt5) throws PacketException {
        Properties properties = mqtt5 ? Properties.read(body, Property.Place.WILL) : Properties.NONE;
        String topic = WireReader.readString(body);
        Optional<String> problem = TopicNames.problem(topic);
        if (problem.isPresent()) {
            throw new PacketException(ReasonCode.TOPIC_NAME_INVALID, "the will's topic: " + problem.get());
        }
        byte[] payload = WireReader.readBinary(body);
        MessageProperties messageProperties =
                PublishDecoder.messageProperties(properties, MessageProperties.NEVER_EXPIRES);
        return new Connect.Will(
                topic,
                payload,
                Qos.of((flags >> WILL_QOS_SHIFT) & 3),
                (flags & WILL_RETAIN) != 0,
                properties.number(Property.WILL_DELAY_INTERVAL, 0),
                properties.number(Property.MESSAGE_EXPIRY_INTERVAL, -1),
                messageProperties);
    }
}
