package io.magnetar.sink.archive.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.magnetar.sink.archive.schema.Rows;
import io.magnetar.sink.archive.store.ObjectStore;
import io.magnetar.sink.delivery.PermanentFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What stands at the end of a file of JSON lines or CSV in place of a footer: the count of its rows and their positions, as
 * {@code 25 12:0:0-12:2:4}. Readers do not see it in a compressed file, for it lies where the compression's format has room for
 * what is no data: in a skippable frame of Zstandard (RFC 8878, 3.1.2), in extra fields of empty members of gzip (RFC 1952,
 * 2.3.1.1). Without compression it is a field of the last row.
 */
final class TextEnd {
    private static final int FIRST_READ = 64 << 10;
    /** How much more is read when what was read does not hold the last row. */
    private static final int GROWTH = 8;

    private static final int SKIPPABLE = 0x184D2A5E;
    private static final int SKIPPABLE_HEADER = 8;
    private static final byte[] MAGIC = "MGTR".getBytes(UTF_8);
    /** Behind the text: its length, and the magic. */
    private static final int CLOSING = 8;

    /** Its header with one extra field, without the field's data; deflate, no time, no system. */
    private static final int MEMBER_HEADER = 16;

    private static final byte[] MEMBER_BEGIN = {0x1f, (byte) 0x8b, 8, 4, 0, 0, 0, 0, 0, (byte) 0xff};
    /** No data in deflate's form, its checksum and its length. */
    private static final byte[] MEMBER_END = {3, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    private static final byte[] TEXT_FIELD = {'M', 'T'};
    private static final byte[] LENGTH_FIELD = {'M', 'L'};
    private static final int MEMBER_DATA = 60_000;
    private static final int LAST_MEMBER = MEMBER_HEADER + Integer.BYTES + MEMBER_END.length;

    private static final JsonMapper JSON = new JsonMapper();

    private TextEnd() {}

    static String of(long rows, PositionRuns positions) {
        return rows + " " + positions;
    }

    /** Writes it behind the compressed rows; where nothing is compressed it stands in the last one. */
    static void write(OutputStream out, Codec codec, String end) throws IOException {
        byte[] text = end.getBytes(UTF_8);
        switch (codec) {
            case ZSTD ->
                out.write(ByteBuffer.allocate(SKIPPABLE_HEADER + text.length + CLOSING)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(SKIPPABLE)
                        .putInt(text.length + CLOSING)
                        .put(text)
                        .putInt(text.length)
                        .put(MAGIC)
                        .array());
            case GZIP -> writeMembers(out, text);
            case NONE, SNAPPY -> {}
        }
    }

    private static void writeMembers(OutputStream out, byte[] text) throws IOException {
        int length = 0;
        for (int at = 0; at < text.length; at += MEMBER_DATA) {
            byte[] member = member(TEXT_FIELD, Arrays.copyOfRange(text, at, Math.min(text.length, at + MEMBER_DATA)));
            out.write(member);
            length += member.length;
        }
        out.write(member(
                LENGTH_FIELD,
                ByteBuffer.allocate(Integer.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(length)
                        .array()));
    }

    private static byte[] member(byte[] field, byte[] data) {
        return ByteBuffer.allocate(MEMBER_HEADER + data.length + MEMBER_END.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MEMBER_BEGIN)
                .putShort((short) (data.length + 2 * Short.BYTES))
                .put(field)
                .putShort((short) data.length)
                .put(data)
                .put(MEMBER_END)
                .array();
    }

    /**
     * @throws PermanentFailure when the file does not end as this archive ends files
     */
    static StoredFile read(ObjectStore store, String key, Codec codec) throws PermanentFailure, InterruptedException {
        ObjectStore.Tail tail = store.tail(key, FIRST_READ);
        try {
            String end = switch (codec) {
                case ZSTD -> frame(store, key, tail);
                case GZIP -> members(store, key, tail);
                case NONE, SNAPPY -> lastRow(store, key, tail);
            };
            int space = end.indexOf(' ');
            return new StoredFile(
                    tail.size(),
                    Long.parseLong(end.substring(0, Math.max(0, space))),
                    PositionRuns.parse(end.substring(space + 1)));
        } catch (IllegalArgumentException e) {
            throw new PermanentFailure("the file " + key
                    + " is not one of this archive or is damaged: it does not end with" + " the positions of its rows");
        }
    }

    private static byte[] last(ObjectStore store, String key, ObjectStore.Tail tail, int bytes)
            throws PermanentFailure, InterruptedException {
        if (bytes < 0 || bytes > tail.size()) {
            throw new IllegalArgumentException("longer than the file");
        }
        byte[] read = bytes > tail.bytes().length ? store.tail(key, bytes).bytes() : tail.bytes();
        return Arrays.copyOfRange(read, read.length - bytes, read.length);
    }

    private static String frame(ObjectStore store, String key, ObjectStore.Tail tail)
            throws PermanentFailure, InterruptedException {
        ByteBuffer closing = ByteBuffer.wrap(last(store, key, tail, CLOSING)).order(ByteOrder.LITTLE_ENDIAN);
        int length = closing.getInt();
        byte[] magic = new byte[MAGIC.length];
        closing.get(magic);
        if (!Arrays.equals(magic, MAGIC)) {
            throw new IllegalArgumentException("no such frame");
        }
        return new String(last(store, key, tail, Math.addExact(length, CLOSING)), 0, length, UTF_8);
    }

    private static String members(ObjectStore store, String key, ObjectStore.Tail tail)
            throws PermanentFailure, InterruptedException {
        ByteBuffer closing =
                ByteBuffer.wrap(last(store, key, tail, LAST_MEMBER)).order(ByteOrder.LITTLE_ENDIAN);
        int length = ByteBuffer.wrap(data(closing, LENGTH_FIELD))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt();
        ByteBuffer members = ByteBuffer.wrap(last(store, key, tail, Math.addExact(length, LAST_MEMBER)), 0, length)
                .order(ByteOrder.LITTLE_ENDIAN);
        StringBuilder text = new StringBuilder();
        while (members.hasRemaining()) {
            text.append(new String(data(members, TEXT_FIELD), UTF_8));
        }
        return text.toString();
    }

    /** What the next member has in its extra field. */
    private static byte[] data(ByteBuffer members, byte[] wanted) {
        byte[] begin = new byte[MEMBER_BEGIN.length];
        byte[] field = new byte[wanted.length];
        if (members.remaining() < MEMBER_HEADER + MEMBER_END.length) {
            throw new IllegalArgumentException("no member");
        }
        members.get(begin).getShort();
        int length = members.get(field).getShort() & 0xffff;
        if (!Arrays.equals(begin, MEMBER_BEGIN)
                || !Arrays.equals(field, wanted)
                || members.remaining() < length + MEMBER_END.length) {
            throw new IllegalArgumentException("no such member");
        }
        byte[] data = new byte[length];
        members.get(data).position(members.position() + MEMBER_END.length);
        return data;
    }

    private static String lastRow(ObjectStore store, String key, ObjectStore.Tail tail)
            throws PermanentFailure, InterruptedException {
        byte[] bytes = tail.bytes();
        while (lineStart(bytes) == 0 && bytes.length < tail.size()) {
            bytes = last(store, key, tail, (int) Math.min(tail.size(), (long) GROWTH * bytes.length));
        }
        if (bytes.length == 0 || bytes[bytes.length - 1] != '\n') {
            throw new IllegalArgumentException("no whole row");
        }
        String line = new String(bytes, lineStart(bytes), bytes.length - lineStart(bytes), UTF_8).strip();
        if (!line.endsWith("}")) {
            // CSV: it is the last column, in quotes, and has none in it.
            int quote = line.lastIndexOf('"', line.length() - 2);
            return line.substring(quote + 1, Math.max(quote + 1, line.length() - 1));
        }
        try {
            JsonNode end = JSON.readTree(line).path(Rows.POSITIONS);
            return end.asText();
        } catch (IOException e) {
            throw new IllegalArgumentException("no row", e);
        }
    }

    /** Where the last line begins; 0 when it begins before. */
    private static int lineStart(byte[] bytes) {
        int at = bytes.length - 2;
        while (at >= 0 && bytes[at] != '\n') {
            at--;
        }
        return at + 1;
    }
}
