package io.magnetar.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Packets as a client writes them, byte by byte, without any of the code under test. */
final class Wire {
    private Wire() {}

    /** A packet from its first byte and its body. */
    static byte[] packet(int header, byte[]... parts) {
        byte[] body = join(parts);
        ByteBuf out = Unpooled.buffer();
        out.writeByte(header);
        int rest = body.length;
        do {
            int low = rest % 128;
            rest /= 128;
            out.writeByte(rest > 0 ? low + 128 : low);
        } while (rest > 0);
        out.writeBytes(body);
        return ByteBufUtil.getBytes(out);
    }

    static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    static byte[] string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return join(bytes(utf8.length >> 8, utf8.length), utf8);
    }

    static byte[] join(byte[]... parts) {
        return ByteBufUtil.getBytes(Unpooled.wrappedBuffer(parts));
    }

    static byte[] connect311(String clientId) {
        return packet(0x10, string("MQTT"), bytes(4, 2, 0, 60), string(clientId));
    }

    static byte[] connect5(String clientId) {
        return packet(0x10, string("MQTT"), bytes(5, 2, 0, 60, 0), string(clientId));
    }
}
