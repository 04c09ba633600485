package io.magnetar.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** Writes MQTT's data types, MQTT 5.0 section 1.5. Stateless. */
final class WireWriter {
    private static final int MAX_STRING_BYTES = 65_535;

    private WireWriter() {}

    static void writeVariable(ByteBuf out, int value) {
        int rest = value;
        while (rest > 0x7F) {
            out.writeByte((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    static int variableSize(int value) {
        return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
    }

    static void writeString(ByteBuf out, String string) {
        int lengthIndex = out.writerIndex();
        out.writeShort(0);
        out.setShort(lengthIndex, ByteBufUtil.writeUtf8(out, string));
    }

    static int stringSize(String string) {
        return 2 + ByteBufUtil.utf8Bytes(string);
    }

    static void writeBinary(ByteBuf out, byte[] bytes) {
        out.writeShort(bytes.length).writeBytes(bytes);
    }

    /** Cuts a text of ours so that it fits a string, on a character's border. */
    static String fit(String text, int maxBytes) {
        int limit = Math.min(maxBytes, MAX_STRING_BYTES);
        if (ByteBufUtil.utf8Bytes(text) <= limit) {
            return text;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int end = limit;
        while (end > 0 && (bytes[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }
}
