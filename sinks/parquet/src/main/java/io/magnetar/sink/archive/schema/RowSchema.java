package io.magnetar.sink.archive.schema;

import io.magnetar.sink.delivery.BadRecord;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.message.StreamMessage;

/**
 * The schema of a topic's files. It may widen with what it sees; a file keeps the one that it was begun with.
 *
 * <p>Thread: one at a time.
 */
public interface RowSchema {
    /**
     * Looks at a message, and widens where it does not fit.
     *
     * @return whether the messages so far would have had the same rows
     * @throws BadRecord when it can be no row
     */
    boolean accept(StreamMessage message) throws BadRecord, PermanentFailure, InterruptedException;

    /** The rows of what was accepted so far. */
    Rows rows();

    /** Whether it learns, so that a file better waits for some messages before it is begun. */
    boolean learns();
}
