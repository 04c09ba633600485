package io.magnetar.sink.archive.file;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.magnetar.sink.archive.schema.Rows;
import io.magnetar.sink.archive.store.Upload;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.message.StreamMessage;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of JSON lines or CSV as it is written: bytes leave for the store as they come out of the compression.
 *
 * <p>Thread: one at a time.
 */
final class TextFileWriting implements FileWriting {
    private static final Logger LOG = LoggerFactory.getLogger(TextFileWriting.class);
    private static final int ZSTD_LEVEL = 3;
    private static final int BUFFER = 64 << 10;

    private final Upload upload;
    private final UploadStream stream;
    private final OutputStream compressing;
    private final Rows rows;
    private final Codec codec;
    private final Supplier<PositionRuns> positions;
    private final RowTree tree;
    private final Lines lines;
    private long count;
    /** The last row, where the positions stand in it. */
    private @Nullable ObjectNode held;

    TextFileWriting(Upload upload, Rows rows, Container container, Supplier<PositionRuns> positions)
            throws PermanentFailure, InterruptedException {
        this.upload = upload;
        this.rows = rows;
        this.positions = positions;
        codec = container.codec();
        stream = new UploadStream(upload);
        tree = new RowTree(rows.type());
        compressing = UploadStream.call(() -> switch (codec) {
            case GZIP -> new GZIPOutputStream(stream, BUFFER);
            case ZSTD -> new ZstdOutputStreamNoFinalizer(stream, ZSTD_LEVEL);
            default -> new BufferedOutputStream(stream, BUFFER);
        });
        lines = UploadStream.call(() -> container.format() == FileFormat.CSV
                ? new CsvLines(compressing, rows.type(), codec == Codec.NONE)
                : new JsonLines(compressing));
    }

    @Override
    public void write(StreamMessage message) throws PermanentFailure, InterruptedException {
        tree.startMessage();
        rows.write(message, tree);
        tree.endMessage();
        ObjectNode row = tree.row();
        count++;
        if (codec == Codec.NONE) {
            ObjectNode before = held;
            held = row;
            if (before != null) {
                write(before);
            }
        } else {
            write(row);
        }
    }

    private void write(ObjectNode row) throws PermanentFailure, InterruptedException {
        UploadStream.call(() -> {
            lines.write(row);
            return row;
        });
    }

    @Override
    public long bytes() {
        return stream.getPos();
    }

    @Override
    public long commit() throws PermanentFailure, InterruptedException {
        String end = TextEnd.of(count, positions.get());
        ObjectNode last = held;
        if (last != null) {
            last.put(Rows.POSITIONS, end);
            write(last);
        }
        UploadStream.call(() -> {
            lines.flush();
            compressing.close();
            TextEnd.write(stream, codec, end);
            return end;
        });
        upload.commit();
        return stream.getPos();
    }

    @Override
    public void abort() {
        stream.drop();
        try {
            compressing.close(); // It has memory outside the heap.
        } catch (IOException e) {
            LOG.debug("Dropped", e);
        }
        upload.abort();
    }

    /** How rows become lines. */
    interface Lines {
        void write(ObjectNode row) throws IOException;

        void flush() throws IOException;
    }
}
