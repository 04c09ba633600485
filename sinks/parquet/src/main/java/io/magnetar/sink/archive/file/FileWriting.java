package io.magnetar.sink.archive.file;

import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.message.StreamMessage;

/** A file as it is written. Thread: one at a time. */
public interface FileWriting {
    void write(StreamMessage message) throws PermanentFailure, InterruptedException;

    /** Bytes so far, about; those in memory as well. */
    long bytes();

    /**
     * Writes what stands at the end and hands the file to the store.
     *
     * @return the bytes of the whole file
     */
    long commit() throws PermanentFailure, InterruptedException;

    /** Leaves nothing. */
    void abort();
}
