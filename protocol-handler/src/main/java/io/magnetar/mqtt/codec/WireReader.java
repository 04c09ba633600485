package io.magnetar.mqtt.codec;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Reads MQTT's data types (MQTT 5.0 section 1.5) from one packet's body and never past its end.
 *
 * <p>Thread: the caller's; stateless.
 */
final class WireReader {
    private static final int MAX_VARIABLE_BYTES = 4;

    private WireReader() {}

    static int readByte(ByteBuf body) throws PacketException {
        need(body, 1);
        return body.readUnsignedByte();
    }

    static int readTwoBytes(ByteBuf body) throws PacketException {
        need(body, 2);
        return body.readUnsignedShort();
    }

    static long readFourBytes(ByteBuf body) throws PacketException {
        need(body, 4);
        return body.readUnsignedInt();
    }

    /** A packet identifier, never 0 [MQTT-2.2.1-3]. */
    static int readPacketId(ByteBuf body) throws PacketException {
        int packetId = readTwoBytes(body);
        if (packetId == 0) {
            throw PacketException.protocolError("a packet identifier is 1 to 65535, not 0");
        }
        return packetId;
    }

    /** A variable byte integer in the fewest bytes [MQTT-1.5.5-1]. */
    static int readVariable(ByteBuf body) throws PacketException {
        int value = 0;
        for (int i = 0; i < MAX_VARIABLE_BYTES; i++) {
            int b = readByte(body);
            value |= (b & 0x7F) << (7 * i);
            if ((b & 0x80) == 0) {
                if (b == 0 && i > 0) {
                    throw PacketException.malformed("a variable byte integer is longer than it needs to be");
                }
                return value;
            }
        }
        throw PacketException.malformed("a variable byte integer has more than four bytes");
    }

    static byte[] readBinary(ByteBuf body) throws PacketException {
        int length = readTwoBytes(body);
        need(body, length);
        byte[] bytes = new byte[length];
        body.readBytes(bytes);
        return bytes;
    }

    /** A UTF-8 string: well formed [MQTT-1.5.4-1] and without U+0000 [MQTT-1.5.4-2]. */
    static String readString(ByteBuf body) throws PacketException {
        int length = readTwoBytes(body);
        need(body, length);
        String string = decodeUtf8(body, body.readerIndex(), length);
        body.skipBytes(length);
        return string;
    }

    static String decodeUtf8(ByteBuf body, int index, int length) throws PacketException {
        boolean ascii = true;
        for (int i = index; i < index + length; i++) {
            byte b = body.getByte(i);
            if (b == 0) {
                throw PacketException.malformed("a string has a null character");
            }
            ascii &= b > 0;
        }
        return ascii ? body.toString(index, length, StandardCharsets.US_ASCII) : strictUtf8(body, index, length);
    }

    private static String strictUtf8(ByteBuf body, int index, int length) throws PacketException {
        byte[] bytes = new byte[length];
        body.getBytes(index, bytes);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw PacketException.malformed("a string is not well-formed UTF-8");
        }
    }

    static void need(ByteBuf body, int bytes) throws PacketException {
        if (body.readableBytes() < bytes) {
            throw PacketException.malformed("the packet ends inside a field");
        }
    }

    static void needEnd(ByteBuf body) throws PacketException {
        if (body.isReadable()) {
            throw PacketException.malformed("the packet has " + body.readableBytes() + " bytes after its last field");
        }
    }
}
