package io.magnetar.sink.archive.file;

import io.magnetar.sink.archive.schema.Rows;
import io.magnetar.sink.archive.store.ObjectStore;
import io.magnetar.sink.delivery.PermanentFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;

/** Reads a Parquet file's footer back from a store, without Hadoop. */
final class ParquetFooter {
    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    /** The length of the footer, and the magic. */
    private static final int END = 8;

    private static final int FIRST_READ = 64 << 10;

    private ParquetFooter() {}

    /**
     * @throws PermanentFailure when it is no whole Parquet file with positions
     */
    static StoredFile read(ObjectStore store, String key) throws PermanentFailure, InterruptedException {
        ObjectStore.Tail tail = store.tail(key, FIRST_READ);
        int length = footerLength(key, tail);
        if (length + END > tail.bytes().length) {
            tail = store.tail(key, length + END);
        }
        byte[] bytes = tail.bytes();
        FileMetaData footer = parse(key, bytes, bytes.length - END - length, length);
        long inGroups =
                footer.getRow_groups().stream().mapToLong(RowGroup::getNum_rows).sum();
        if (inGroups != footer.getNum_rows()) {
            throw broken(key, "its row groups hold " + inGroups + " rows and not " + footer.getNum_rows());
        }
        Map<String, String> metadata = footer.getKey_value_metadata() == null
                ? Map.of()
                : footer.getKey_value_metadata().stream()
                        .collect(Collectors.toMap(KeyValue::getKey, KeyValue::getValue, (first, second) -> second));
        String positions = metadata.get(Rows.POSITIONS);
        if (positions == null) {
            throw broken(key, "its footer has no " + Rows.POSITIONS);
        }
        return new StoredFile(tail.size(), footer.getNum_rows(), parsed(key, positions, PositionRuns::parse));
    }

    private static int footerLength(String key, ObjectStore.Tail tail) throws PermanentFailure {
        byte[] bytes = tail.bytes();
        if (bytes.length < END
                || !Arrays.equals(bytes, bytes.length - MAGIC.length, bytes.length, MAGIC, 0, MAGIC.length)) {
            throw broken(key, "it does not end as a Parquet file");
        }
        int length = ByteBuffer.wrap(bytes, bytes.length - END, Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt();
        if (length <= 0 || length + END + MAGIC.length > tail.size()) {
            throw broken(key, "its footer cannot have " + length + " bytes");
        }
        return length;
    }

    private static FileMetaData parse(String key, byte[] bytes, int offset, int length) throws PermanentFailure {
        try {
            return Util.readFileMetaData(new ByteArrayInputStream(bytes, offset, length));
        } catch (IOException e) {
            throw broken(key, "its footer cannot be read: " + e.getMessage());
        }
    }

    private static <T> T parsed(String key, String text, Function<String, T> parse) throws PermanentFailure {
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            throw broken(key, "its positions cannot be read");
        }
    }

    private static PermanentFailure broken(String key, String why) {
        return new PermanentFailure("the file " + key + " is not one of this archive or is damaged: " + why);
    }
}
