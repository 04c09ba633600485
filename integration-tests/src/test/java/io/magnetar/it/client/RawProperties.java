package io.magnetar.it.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The properties of a packet that a {@link RawClient} sends or gets, read and written without any code of the broker.
 *
 * @param entries in their order; a user property's value is {@code name=value}
 * @param end the index behind the section, in the body that it was read from
 */
public record RawProperties(List<Entry> entries, int end) {
    public static final int PAYLOAD_FORMAT_INDICATOR = 0x01;
    public static final int MESSAGE_EXPIRY_INTERVAL = 0x02;
    public static final int CONTENT_TYPE = 0x03;
    public static final int RESPONSE_TOPIC = 0x08;
    public static final int CORRELATION_DATA = 0x09;
    public static final int SUBSCRIPTION_IDENTIFIER = 0x0B;
    public static final int SESSION_EXPIRY_INTERVAL = 0x11;
    public static final int ASSIGNED_CLIENT_IDENTIFIER = 0x12;
    public static final int SERVER_KEEP_ALIVE = 0x13;
    public static final int AUTHENTICATION_METHOD = 0x15;
    public static final int AUTHENTICATION_DATA = 0x16;
    public static final int REQUEST_PROBLEM_INFORMATION = 0x17;
    public static final int WILL_DELAY_INTERVAL = 0x18;
    public static final int REQUEST_RESPONSE_INFORMATION = 0x19;
    public static final int RESPONSE_INFORMATION = 0x1A;
    public static final int REASON_STRING = 0x1F;
    public static final int RECEIVE_MAXIMUM = 0x21;
    public static final int TOPIC_ALIAS_MAXIMUM = 0x22;
    public static final int TOPIC_ALIAS = 0x23;
    public static final int USER_PROPERTY = 0x26;
    public static final int MAXIMUM_PACKET_SIZE = 0x27;

    /** One property: a {@code Long}, a {@code String} or a {@code byte[]}. */
    public record Entry(int id, Object value) {}

    /** A section, with its length before it. */
    public static byte[] of(byte[]... properties) {
        ByteArrayOutputStream section = new ByteArrayOutputStream();
        for (byte[] property : properties) {
            section.writeBytes(property);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int length = section.size();
        do {
            int digit = length & 0x7F;
            length >>>= 7;
            out.write(length > 0 ? digit | 0x80 : digit);
        } while (length > 0);
        out.writeBytes(section.toByteArray());
        return out.toByteArray();
    }

    public static byte[] oneByte(int id, int value) {
        return RawClient.bytes(id, value);
    }

    public static byte[] twoBytes(int id, int value) {
        return RawClient.bytes(id, value >> 8, value & 0xFF);
    }

    public static byte[] fourBytes(int id, long value) {
        return RawClient.bytes(id, ByteBuffer.allocate(4).putInt((int) value).array());
    }

    public static byte[] text(int id, String value) {
        return RawClient.bytes(id, value);
    }

    public static byte[] binary(int id, byte[] value) {
        return RawClient.bytes(id, value.length >> 8, value.length & 0xFF, value);
    }

    public static byte[] user(String name, String value) {
        return RawClient.bytes(USER_PROPERTY, name, value);
    }

    /** Reads the section that begins at an index of a packet's body. */
    static RawProperties read(byte[] body, int index) {
        ByteBuffer in = ByteBuffer.wrap(body).position(index);
        int length = variable(in);
        int end = in.position() + length;
        List<Entry> entries = new ArrayList<>();
        while (in.position() < end) {
            int id = in.get();
            entries.add(new Entry(id, value(id, in)));
        }
        return new RawProperties(entries, end);
    }

    private static Object value(int id, ByteBuffer in) {
        return switch (id) {
            case 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A -> (long) (in.get() & 0xFF);
            case 0x13, 0x21, 0x22, 0x23 -> (long) (in.getShort() & 0xFFFF);
            case 0x02, 0x11, 0x18, 0x27 -> in.getInt() & 0xFFFF_FFFFL;
            case 0x0B -> (long) variable(in);
            case 0x03, 0x08, 0x12, 0x15, 0x1A, 0x1C, 0x1F -> new String(bytes(in), UTF_8);
            case 0x09, 0x16 -> bytes(in);
            case 0x26 -> new String(bytes(in), UTF_8) + "=" + new String(bytes(in), UTF_8);
            default -> throw new AssertionError("there is no property 0x" + Integer.toHexString(id));
        };
    }

    private static byte[] bytes(ByteBuffer in) {
        byte[] bytes = new byte[in.getShort() & 0xFFFF];
        in.get(bytes);
        return bytes;
    }

    private static int variable(ByteBuffer in) {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            int digit = in.get();
            value |= (digit & 0x7F) << shift;
            if (digit >= 0) {
                return value;
            }
        }
    }

    public boolean has(int id) {
        return entries.stream().anyMatch(entry -> entry.id() == id);
    }

    /** The value of the only property of an identifier; fails when there is none, or more than one. */
    public Object the(int id) {
        List<Object> values = all(id);
        if (values.size() != 1) {
            throw new AssertionError("not one property 0x" + Integer.toHexString(id) + " in " + entries);
        }
        return values.get(0);
    }

    public List<Object> all(int id) {
        return entries.stream()
                .filter(entry -> entry.id() == id)
                .map(Entry::value)
                .toList();
    }

    /** The reason string, if there is one. */
    public Optional<String> reason() {
        return all(REASON_STRING).stream().map(String.class::cast).findFirst();
    }
}
