package io.magnetar.bench.wire;

import io.netty.buffer.ByteBuf;

/**
 * What a CONNACK says that matters to a load.
 *
 * @param code 0 when the broker accepted the connection; else its return or reason code
 * @param receiveMaximum how many QoS 1 and 2 messages the broker takes unacknowledged; 65535 when it does not say
 */
public record ConnAck(int code, int receiveMaximum) {
    private static final int UNLIMITED = 0xFFFF;
    private static final int RECEIVE_MAXIMUM = 0x21;

    /** Reads the CONNACK whose body of {@code length} bytes starts at {@code body}. */
    public static ConnAck read(MqttVersion version, ByteBuf in, int body, int length) {
        if (length < 2) {
            throw new MalformedPacket("CONNACK of " + length + " bytes");
        }
        int code = in.getUnsignedByte(body + 1);
        if (!version.hasProperties() || length < 3) {
            return new ConnAck(code, UNLIMITED);
        }
        ByteBuf properties = in.slice(body + 2, length - 2);
        int end = VariableInt.read(properties);
        int limit = properties.readerIndex() + end;
        int receiveMaximum = UNLIMITED;
        while (properties.readerIndex() < limit) {
            int id = properties.readUnsignedByte();
            if (id == RECEIVE_MAXIMUM) {
                receiveMaximum = properties.readUnsignedShort();
            } else {
                skip(properties, id);
            }
        }
        return new ConnAck(code, receiveMaximum);
    }

    private static void skip(ByteBuf properties, int id) {
        switch (id) {
            case 0x24, 0x25, 0x28, 0x29, 0x2A -> properties.skipBytes(1);
            case 0x13, 0x22 -> properties.skipBytes(2);
            case 0x11, 0x27 -> properties.skipBytes(4);
            case 0x12, 0x15, 0x16, 0x1A, 0x1C, 0x1F -> properties.skipBytes(properties.readUnsignedShort());
            case 0x26 -> {
                properties.skipBytes(properties.readUnsignedShort());
                properties.skipBytes(properties.readUnsignedShort());
            }
            default -> throw new MalformedPacket("CONNACK with property " + id);
        }
    }
}
