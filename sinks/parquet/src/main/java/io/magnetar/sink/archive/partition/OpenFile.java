package io.magnetar.sink.archive.partition;

import io.magnetar.sink.archive.file.Container;
import io.magnetar.sink.archive.file.FileWriting;
import io.magnetar.sink.archive.file.PositionRuns;
import io.magnetar.sink.archive.file.StoredFile;
import io.magnetar.sink.archive.schema.RowSchema;
import io.magnetar.sink.archive.schema.Rows;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.message.Position;
import io.magnetar.sink.message.StreamMessage;
import io.magnetar.sink.start.SinkMetrics;
import java.util.ArrayList;
import java.util.List;
import org.apache.pulsar.functions.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * A file that messages go to. One of a schema that learns begins with a sample in memory: up to 1,000 messages or 1 MiB.
 *
 * <p>Thread: one at a time.
 */
final class OpenFile {
    private static final int SAMPLE = 1_000;
    private static final long SAMPLE_BYTES = 1 << 20;
    /** How many rows pass between two looks at the bytes. */
    private static final int BYTES_CHECKED_EVERY = 64;

    private final Archiving archiving;
    private final RowSchema schema;
    private final String key;
    private final Position first;
    private final @Nullable Record<?> before;
    private final long dueMillis;
    private final long oldestMicros;
    private final PositionRuns runs = new PositionRuns();
    private final List<StreamMessage> sample = new ArrayList<>();
    private long sampleBytes;
    private long rows;
    private @Nullable Rows form;
    private @Nullable FileWriting writing;

    /**
     * @param before the last record of the partition before this file's first one, null when the sink has seen none
     */
    OpenFile(Archiving archiving, RowSchema schema, String key, StreamMessage first, @Nullable Record<?> before) {
        this.archiving = archiving;
        this.schema = schema;
        this.key = key;
        this.first = first.position();
        this.before = before;
        dueMillis = archiving.rolling().due(archiving.clock().millis());
        oldestMicros = first.timestampMicros();
    }

    Position first() {
        return first;
    }

    @Nullable
    Record<?> before() {
        return before;
    }

    /** Whether messages as the schema has them now can go to it. */
    boolean takes(Rows now) {
        return form == null || form == now;
    }

    /**
     * @param last the partition's message before this one, null when there is none
     */
    void write(StreamMessage message, @Nullable Position last) throws PermanentFailure, InterruptedException {
        runs.add(message.position(), rows > 0 && runs.last().equals(last));
        rows++;
        FileWriting begun = writing;
        if (begun != null) {
            begun.write(message);
            return;
        }
        sample.add(message);
        sampleBytes += message.payload().length;
        if (!schema.learns() || sample.size() >= SAMPLE || sampleBytes >= SAMPLE_BYTES) {
            begin();
        }
    }

    private FileWriting begin() throws PermanentFailure, InterruptedException {
        FileWriting begun = writing;
        if (begun == null) {
            Rows rowForm = schema.rows();
            form = rowForm;
            begun = archiving.container().begin(archiving.store().begin(key), rowForm, () -> runs);
            writing = begun;
            for (StreamMessage message : sample) {
                begun.write(message);
            }
            sample.clear();
        }
        return begun;
    }

    boolean isFull() {
        FileWriting begun = writing;
        return rows >= archiving.rolling().maxRecords()
                || runs.size() >= archiving.container().maxRuns()
                || (begun != null
                        && rows % BYTES_CHECKED_EVERY == 0
                        && begun.bytes() >= archiving.rolling().maxBytes());
    }

    boolean isDue(long nowMillis) {
        return nowMillis >= dueMillis;
    }

    /**
     * Hands the file to the store, and reads it again: returns when each of its messages is in the file that the store has
     * under its key.
     *
     * @return whether it is this one, and not one of another instance with the same messages
     * @throws PermanentFailure when another instance was first with a file that has other messages
     */
    boolean commit() throws PermanentFailure, InterruptedException {
        long began = System.nanoTime();
        long written = begin().commit();
        StoredFile stored = Container.read(archiving.store(), key);
        boolean own = stored.positions().toString().equals(runs.toString());
        if (own && (stored.rows() != rows || stored.bytes() != written)) {
            throw new PermanentFailure("the file " + key + " has " + stored.rows() + " rows in " + stored.bytes()
                    + " bytes after " + rows + " in " + written + " were written");
        }
        if (!own && !stored.positions().covers(runs)) {
            throw new PermanentFailure("another instance has written " + key + " with messages up to "
                    + stored.positions().last() + ": the sink starts again and goes on behind them");
        }
        SinkMetrics metrics = archiving.metrics();
        metrics.count(SinkMetrics.Counter.DELIVERED, (double) rows);
        metrics.count(SinkMetrics.Counter.DELIVERED_BYTES, (double) stored.bytes());
        metrics.count(SinkMetrics.Counter.FLUSH_MILLIS, (System.nanoTime() - began) / 1e6);
        metrics.count(SinkMetrics.Counter.LAG_MILLIS, archiving.clock().millis() - oldestMicros / 1e3);
        return own;
    }

    /** Leaves nothing in the store. */
    void abort() {
        FileWriting begun = writing;
        if (begun != null) {
            begun.abort();
        }
    }
}
