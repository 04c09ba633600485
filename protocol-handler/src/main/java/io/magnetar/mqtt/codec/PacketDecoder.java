package io.magnetar.mqtt.codec;

import io.magnetar.mqtt.packet.Packet;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.PingReq;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.ReasonCode;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes one connection's bytes apart into the packets that a client sends, MQTT 5.0 section 2.
 *
 * <p>The first packet must be CONNECT; the version it names rules the rest. After a {@link PacketException} the connection is
 * of no more use. Thread: the connection's event loop.
 */
public final class PacketDecoder {
    private static final int INCOMPLETE = -1;

    private final int maxPacketSize;
    private @Nullable ProtocolVersion version;
    private @Nullable PublishDecoder publishDecoder;

    /** @param maxPacketSize the largest packet taken, in bytes, header included */
    public PacketDecoder(int maxPacketSize) {
        this.maxPacketSize = maxPacketSize;
    }

    /** Rules how all packets after CONNECT are read; PUBLISH is not taken yet. */
    public void use(ProtocolVersion version) {
        this.version = version;
    }

    /**
     * Takes PUBLISH from now on; {@link #use} came before.
     *
     * @param topicAliasMaximum the highest topic alias that the client may use
     */
    public void takePublishes(int topicAliasMaximum, TopicNameSource topicNames) {
        publishDecoder = new PublishDecoder(Objects.requireNonNull(version), topicAliasMaximum, topicNames);
    }

    /**
     * Reads the next packet.
     *
     * @param in its reader index moves past the packet, or stays when the packet is not complete
     * @return the packet, or null when more bytes are needed
     * @throws PacketException when the bytes break the protocol
     */
    public @Nullable Packet decode(ByteBuf in) throws PacketException {
        int start = in.readerIndex();
        int bodyLength = remainingLength(in);
        if (bodyLength == INCOMPLETE) {
            in.readerIndex(start);
            return null;
        }
        int headerLength = in.readerIndex() - start;
        if (headerLength + (long) bodyLength > maxPacketSize) {
            throw new PacketException(
                    ReasonCode.PACKET_TOO_LARGE,
                    "a packet has at most " + maxPacketSize + " bytes, this one " + (headerLength + (long) bodyLength));
        }
        if (in.readableBytes() < bodyLength) {
            checkType(in.getUnsignedByte(start));
            in.readerIndex(start);
            return null;
        }
        int header = in.getUnsignedByte(start);
        int end = in.readerIndex() + bodyLength;
        int writerIndex = in.writerIndex();
        in.writerIndex(end);
        try {
            Packet packet = decodeBody(header, in);
            WireReader.needEnd(in);
            return packet;
        } finally {
            in.writerIndex(writerIndex);
        }
    }

    private static int remainingLength(ByteBuf in) throws PacketException {
        if (in.readableBytes() < 2) {
            return INCOMPLETE;
        }
        in.skipBytes(1);
        int value = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            if (!in.isReadable()) {
                return INCOMPLETE;
            }
            int b = in.readUnsignedByte();
            value |= (b & 0x7F) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw PacketException.malformed("the remaining length has more than four bytes");
    }

    private Packet decodeBody(int header, ByteBuf body) throws PacketException {
        PacketType type = checkType(header);
        if (type == PacketType.PUBLISH && publishDecoder != null) {
            return publishDecoder.decode(header, body);
        }
        if (header != type.header() && !isMqtt31()) {
            // [MQTT-2.1.3-1]; MQTT 3.1 lets a packet that is sent again say so, and ignores the flags of the others.
            throw PacketException.malformed("the flags of " + type + " are not " + (header & 0xF));
        }
        if (type == PacketType.CONNECT) {
            return ConnectDecoder.decode(body);
        }
        boolean mqtt5 = version != null && version.isMqtt5();
        return switch (type) {
            case PUBACK, PUBREC, PUBREL, PUBCOMP -> ControlDecoder.acknowledgement(type, body, mqtt5);
            case SUBSCRIBE -> SubscribeDecoder.subscribe(body, mqtt5);
            case UNSUBSCRIBE -> SubscribeDecoder.unsubscribe(body, mqtt5);
            case PINGREQ -> PingReq.INSTANCE;
            case DISCONNECT -> ControlDecoder.disconnect(body, mqtt5);
            case AUTH -> ControlDecoder.auth(body, mqtt5);
            case PUBLISH -> throw PacketException.protocolError("PUBLISH comes after CONNACK");
            default -> throw PacketException.protocolError("a client does not send " + type);
        };
    }

    private boolean isMqtt31() {
        return version != null && version.isMqtt31();
    }

    /** Refuses what cannot be right before its bytes are waited for. */
    private PacketType checkType(int header) throws PacketException {
        PacketType type = PacketType.of(header >> 4);
        if (version == null && type != PacketType.CONNECT) {
            throw PacketException.protocolError("the first packet is CONNECT, not " + type);
        }
        if (version != null && type == PacketType.CONNECT) {
            throw PacketException.protocolError("CONNECT comes once");
        }
        return type;
    }
}
