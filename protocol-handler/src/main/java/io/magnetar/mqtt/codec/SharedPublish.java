package io.magnetar.mqtt.codec;

import io.magnetar.message.Message;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * One message on its way to many subscribers: its PUBLISH is encoded once for each protocol version and QoS class, and every
 * subscriber's buffer gets a copy of those bytes.
 *
 * <p>Thread: the publisher's owner calls {@link #prepare} before it hands the object over; from then on it is immutable.
 */
public final class SharedPublish {
    /** How many forms there are: two versions, with and without a packet identifier. */
    private static final int FORMS = 4;
    /** What a topic alias makes a packet longer at most: the property, and a byte more for either length. */
    public static final int MAX_ALIAS_BYTES = 5;

    private static final int ALIAS_BYTES = 3;

    private final Message message;
    private final byte[] topicUtf8;
    private final byte[][] frames = new byte[FORMS][];

    /** @param topicUtf8 the message's topic in UTF-8 */
    public SharedPublish(Message message, byte[] topicUtf8) {
        this.message = message;
        this.topicUtf8 = topicUtf8;
    }

    public SharedPublish(Message message) {
        this(message, message.topic().getBytes(StandardCharsets.UTF_8));
    }

    public Message message() {
        return message;
    }

    /** The bit for a form, to be combined for {@link #prepare}. */
    public static int form(ProtocolVersion version, boolean withPacketId) {
        return 1 << index(version, withPacketId);
    }

    private static int index(ProtocolVersion version, boolean withPacketId) {
        return (version.isMqtt5() ? 2 : 0) + (withPacketId ? 1 : 0);
    }

    /** Encodes the forms whose bits are set; a message that expires has none, for its interval shrinks on the way. */
    public void prepare(int forms) {
        for (int index = 0; index < FORMS; index++) {
            if ((forms & (1 << index)) != 0) {
                frames[index] = encode(index >= 2, (index & 1) == 1);
            }
        }
    }

    private byte[] encode(boolean mqtt5, boolean withPacketId) {
        byte[] properties = mqtt5 ? PublishEncoder.properties(message.properties()) : PublishEncoder.NO_PROPERTIES;
        int propertiesSize = mqtt5 ? WireWriter.variableSize(properties.length) + properties.length : 0;
        int remaining = 2 + topicUtf8.length + (withPacketId ? 2 : 0) + propertiesSize + message.payload().length;
        byte[] frame = new byte[1 + WireWriter.variableSize(remaining) + remaining];
        ByteBuf out = Unpooled.wrappedBuffer(frame).clear();
        out.writeByte(PacketType.PUBLISH.header());
        WireWriter.writeVariable(out, remaining);
        WireWriter.writeBinary(out, topicUtf8);
        if (withPacketId) {
            out.writeShort(0);
        }
        if (mqtt5) {
            WireWriter.writeVariable(out, properties.length);
            out.writeBytes(properties);
        }
        out.writeBytes(message.payload());
        return frame;
    }

    /** Tells whether a form was prepared. */
    public boolean hasForm(ProtocolVersion version, boolean withPacketId) {
        return frames[index(version, withPacketId)] != null;
    }

    /** The size of a prepared form in bytes. */
    public int size(ProtocolVersion version, boolean withPacketId) {
        return frames[index(version, withPacketId)].length;
    }

    /**
     * Appends a prepared form.
     *
     * @param flags the low four bits of the first byte
     * @param packetId 0 for the form without one
     */
    public void write(ByteBuf out, ProtocolVersion version, int flags, int packetId) {
        byte[] frame = frames[index(version, packetId != 0)];
        int start = out.writerIndex();
        out.writeBytes(frame);
        if (flags != 0) {
            out.setByte(start, frame[0] | flags);
        }
        if (packetId != 0) {
            out.setShort(start + packetIdOffset(frame), packetId);
        }
    }

    private int packetIdOffset(byte[] frame) {
        return 1 + variableSizeAt(frame, 1) + 2 + topicUtf8.length;
    }

    private static int variableSizeAt(byte[] frame, int index) {
        int size = 1;
        while (frame[index + size - 1] < 0) {
            size++;
        }
        return size;
    }

    private static int variableAt(byte[] frame, int index) {
        int value = 0;
        for (int i = variableSizeAt(frame, index) - 1; i >= 0; i--) {
            value = (value << 7) | (frame[index + i] & 0x7F);
        }
        return value;
    }

    /**
     * Appends the prepared form of MQTT 5 with a topic alias, without the topic when the client knows what the alias stands for.
     * Properties and payload are copied as they are.
     *
     * @param flags the low four bits of the first byte
     * @param packetId 0 for the form without one
     */
    public void write(ByteBuf out, int flags, int packetId, OutboundAliases.Alias alias) {
        byte[] frame = frames[index(ProtocolVersion.MQTT_5, packetId != 0)];
        int propertiesIndex = packetIdOffset(frame) + (packetId != 0 ? 2 : 0);
        int oldLength = variableAt(frame, propertiesIndex);
        int newLength = oldLength + ALIAS_BYTES;
        int restIndex = propertiesIndex + WireWriter.variableSize(oldLength);
        int restLength = frame.length - restIndex;
        int topicLength = alias.isKnown() ? 0 : topicUtf8.length;
        out.writeByte(frame[0] | flags);
        WireWriter.writeVariable(
                out,
                2
                        + topicLength
                        + (packetId != 0 ? 2 : 0)
                        + WireWriter.variableSize(newLength)
                        + ALIAS_BYTES
                        + restLength);
        out.writeShort(topicLength).writeBytes(topicUtf8, 0, topicLength);
        if (packetId != 0) {
            out.writeShort(packetId);
        }
        WireWriter.writeVariable(out, newLength);
        PublishEncoder.writeAlias(out, alias);
        out.writeBytes(frame, restIndex, restLength);
    }
}
