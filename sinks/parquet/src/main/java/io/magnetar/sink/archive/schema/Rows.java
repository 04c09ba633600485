package io.magnetar.sink.archive.schema;

import io.magnetar.sink.message.StreamMessage;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;

/** How messages become rows of one file. Thread: one at a time. */
public interface Rows {
    /** A name that no column has: positions of rows stand under it. */
    String POSITIONS = "magnetar.positions";

    /** The columns. */
    MessageType type();

    /** Writes one row; the message fits. */
    void write(StreamMessage message, RecordConsumer out);
}
