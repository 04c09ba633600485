package io.magnetar.it.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.magnetar.it.client.RawClient.RawPacket;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Random;

/**
 * A WebSocket by hand: sends exactly the request and the frames that a test wants, right or wrong, and reads what comes back.
 *
 * <p>Thread: the test's.
 */
public final class WebSocketClient implements AutoCloseable {
    public static final int CONTINUATION = 0x0;
    public static final int TEXT = 0x1;
    public static final int BINARY = 0x2;
    public static final int CLOSE = 0x8;
    public static final int PING = 0x9;
    public static final int PONG = 0xA;
    public static final int FINAL = 0x80;

    private static final int READ_TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;
    private final Random masks = new Random(1);
    private final ByteArrayOutputStream unread = new ByteArrayOutputStream();

    public WebSocketClient(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** @param socket connected, maybe with TLS */
    public WebSocketClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(READ_TIMEOUT_MILLIS);
        in = new DataInputStream(socket.getInputStream());
    }

    /** The lines of a right request for {@code /mqtt}, without the empty line at its end. */
    public static String request() {
        return request("/mqtt", "mqtt");
    }

    public static String request(String path, String subprotocol) {
        return "GET " + path
                + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Protocol: " + subprotocol + "\r\n";
    }

    /** Sends a request and an empty line, and returns the head of the answer. */
    public String ask(String request) throws IOException {
        sendRaw((request + "\r\n").getBytes(US_ASCII));
        return readHead();
    }

    /** The head of an HTTP answer. */
    public String readHead() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    /** Opens the WebSocket; fails when the broker does not want it. */
    public WebSocketClient open() throws IOException {
        String answer = ask(request());
        if (!answer.startsWith("HTTP/1.1 101 ")) {
            throw new IOException(answer);
        }
        return this;
    }

    public void sendRaw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Sends a masked frame. */
    public WebSocketClient send(int opcodeAndFlags, byte[] payload) throws IOException {
        sendRaw(frame(opcodeAndFlags, payload, 0, payload.length, true));
        return this;
    }

    /** Sends MQTT bytes as one binary frame. */
    public WebSocketClient send(byte[] mqtt) throws IOException {
        return send(FINAL | BINARY, mqtt);
    }

    public byte[] frame(int opcodeAndFlags, byte[] payload, int from, int length, boolean masked) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(opcodeAndFlags);
        int maskBit = masked ? 0x80 : 0;
        if (length < 126) {
            frame.write(maskBit | length);
        } else if (length <= 0xFFFF) {
            frame.writeBytes(new byte[] {(byte) (maskBit | 126), (byte) (length >> 8), (byte) length});
        } else {
            frame.write(maskBit | 127);
            frame.writeBytes(new byte[] {0, 0, 0, 0});
            frame.writeBytes(
                    new byte[] {(byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length});
        }
        byte[] mask = new byte[4];
        if (masked) {
            masks.nextBytes(mask);
            frame.writeBytes(mask);
        }
        for (int i = 0; i < length; i++) {
            frame.write(payload[from + i] ^ mask[i % 4]);
        }
        return frame.toByteArray();
    }

    /**
     * A frame as it came.
     *
     * @param header the first byte: opcode and flags
     */
    public record Frame(int header, byte[] payload) {
        /** The status of a close frame. */
        public int status() {
            return ((payload[0] & 0xFF) << 8) | (payload[1] & 0xFF);
        }
    }

    public Frame readFrame() throws IOException {
        int header = in.readUnsignedByte();
        int length = in.readUnsignedByte();
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = Math.toIntExact(in.readLong());
        }
        byte[] payload = new byte[length];
        in.readFully(payload);
        return new Frame(header, payload);
    }

    /** Reads the next MQTT packet, from as many binary frames as it takes; fails when another frame comes. */
    public RawPacket read() throws IOException {
        while (true) {
            byte[] bytes = unread.toByteArray();
            int length = 0;
            for (int i = 1; i < bytes.length; i++) {
                length |= (bytes[i] & 0x7F) << (7 * (i - 1));
                if (bytes[i] >= 0) {
                    int start = i + 1;
                    if (bytes.length < start + length) {
                        break;
                    }
                    byte[] body = java.util.Arrays.copyOfRange(bytes, start, start + length);
                    unread.reset();
                    unread.write(bytes, start + length, bytes.length - start - length);
                    return new RawPacket(bytes[0] & 0xFF, body);
                }
            }
            Frame frame = readFrame();
            if (frame.header() != (FINAL | BINARY)) {
                throw new IOException("not a binary frame: " + frame.header());
            }
            unread.writeBytes(frame.payload());
        }
    }

    /** Reads until the broker closes the connection; fails when it does not. */
    public void readUntilClosed() throws IOException {
        RawClient.readUntilClosed(in);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
