package io.magnetar.sink.archive.store;

import io.magnetar.sink.delivery.PermanentFailure;

/** A file on its way into a store. Thread: one at a time. */
public interface Upload {
    /** Appends; the array is the caller's again when the call returns. */
    void write(byte[] bytes, int offset, int length) throws PermanentFailure, InterruptedException;

    /**
     * Shows the file under its key, if there is none. Whether it was this one that came to be or an earlier one that stays is
     * for the caller to find out from the file itself: the answer of a store may get lost and the call be repeated.
     */
    void commit() throws PermanentFailure, InterruptedException;

    /** Forgets what was written so far; never throws. */
    void abort();
}
