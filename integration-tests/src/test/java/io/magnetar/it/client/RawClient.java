package io.magnetar.it.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;

/**
 * An MQTT client by hand: sends exactly the bytes that a test wants, right or wrong, and reads what comes back.
 *
 * <p>Thread: the test's.
 */
public final class RawClient implements AutoCloseable {
    private static final int READ_TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;

    public RawClient(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** @param socket connected, maybe with TLS */
    public RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(READ_TIMEOUT_MILLIS);
        in = new DataInputStream(socket.getInputStream());
    }

    /**
     * A packet as it came.
     *
     * @param header the first byte: type and flags
     * @param body all after the remaining length
     */
    public record RawPacket(int header, byte[] body) {
        public int type() {
            return header >> 4;
        }

        /** One byte of the body, from 0 to 255. */
        public int at(int index) {
            return body[index] & 0xFF;
        }

        /** The property section that begins at an index of the body. */
        public RawProperties properties(int index) {
            return RawProperties.read(body, index);
        }

        /** The topic of a PUBLISH; empty when an alias stands for it. */
        public String topic() {
            return new String(body, 2, topicLength(), UTF_8);
        }

        private int topicLength() {
            return at(0) << 8 | at(1);
        }

        public int qos() {
            return header >> 1 & 3;
        }

        /** The packet identifier of a PUBLISH above QoS 0, or of any other packet that has one. */
        public int packetId() {
            int index = type() == 3 ? 2 + topicLength() : 0;
            return at(index) << 8 | at(index + 1);
        }

        /** The properties of a PUBLISH of MQTT 5. */
        public RawProperties publishProperties() {
            return properties(2 + topicLength() + (qos() == 0 ? 0 : 2));
        }

        /** The payload of a PUBLISH of MQTT 5, as text. */
        public String payload5() {
            int start = publishProperties().end();
            return new String(body, start, body.length - start, UTF_8);
        }
    }

    /** Bytes from numbers and strings: a number is one byte, a string is a UTF-8 string with its length before it. */
    public static byte[] bytes(Object... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Object part : parts) {
            if (part instanceof String text) {
                byte[] utf8 = text.getBytes(UTF_8);
                out.write(utf8.length >> 8);
                out.write(utf8.length);
                out.writeBytes(utf8);
            } else if (part instanceof byte[] raw) {
                out.writeBytes(raw);
            } else {
                out.write((Integer) part);
            }
        }
        return out.toByteArray();
    }

    /** A whole packet: the remaining length is put between the first byte and the rest. */
    public static byte[] packet(int header, Object... parts) {
        byte[] body = bytes(parts);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(header);
        int length = body.length;
        do {
            int digit = length & 0x7F;
            length >>>= 7;
            out.write(length > 0 ? digit | 0x80 : digit);
        } while (length > 0);
        out.writeBytes(body);
        return out.toByteArray();
    }

    /** CONNECT of MQTT 5 with a clean start. */
    public static byte[] connect5(String clientId, int keepAliveSeconds, byte[]... properties) {
        return packet(
                0x10,
                "MQTT",
                5,
                0x02,
                keepAliveSeconds >> 8,
                keepAliveSeconds & 0xFF,
                RawProperties.of(properties),
                clientId);
    }

    /** CONNECT of MQTT 3.1.1 with a clean session. */
    public static byte[] connect311(String clientId, int keepAliveSeconds) {
        return packet(0x10, "MQTT", 4, 0x02, keepAliveSeconds >> 8, keepAliveSeconds & 0xFF, clientId);
    }

    /** PUBLISH of MQTT 5; a packet identifier of 0 is left out. */
    public static byte[] publish5(String topic, int qos, int packetId, String payload, byte[]... properties) {
        byte[] id = qos == 0 ? new byte[0] : bytes(packetId >> 8, packetId & 0xFF);
        return packet(0x30 | qos << 1, topic, id, RawProperties.of(properties), payload.getBytes(UTF_8));
    }

    /** SUBSCRIBE of MQTT 5 to one filter, packet identifier 1. */
    public static byte[] subscribe5(String filter, int qos) {
        return packet(0x82, 0, 1, 0, filter, qos);
    }

    public RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Reads the next packet. */
    public RawPacket read() throws IOException {
        int header = in.readUnsignedByte();
        int length = 0;
        int digit;
        int shift = 0;
        do {
            digit = in.readUnsignedByte();
            length |= (digit & 0x7F) << shift;
            shift += 7;
        } while ((digit & 0x80) != 0);
        byte[] body = new byte[length];
        in.readFully(body);
        return new RawPacket(header, body);
    }

    /** Reads until the broker closes the connection; fails when it does not. Returns how many bytes came before. */
    public long readUntilClosed() throws IOException {
        return readUntilClosed(in);
    }

    static long readUntilClosed(InputStream in) throws IOException {
        long read = 0;
        byte[] buffer = new byte[64 * 1024];
        try {
            while (true) {
                int count = in.read(buffer);
                if (count < 0) {
                    return read;
                }
                read += count;
            }
        } catch (EOFException | SocketException closed) {
            return read;
        }
    }

    /** Reads until the broker closes the connection, and returns all that came before. */
    public byte[] readAll() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            for (int b = in.read(); b >= 0; b = in.read()) {
                all.write(b);
            }
        } catch (SocketException closed) {
            return all.toByteArray();
        }
        return all.toByteArray();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
