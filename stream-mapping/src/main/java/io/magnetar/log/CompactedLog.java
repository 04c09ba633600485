package io.magnetar.log;

import io.magnetar.message.Message;
import io.magnetar.stream.StreamAppender.AppendListener;
import java.util.concurrent.CompletableFuture;

/**
 * A log of which the newest record of every key counts. All brokers that follow it see the records of a key in the same order, so
 * they agree on the newest one.
 *
 * <p>Thread: any; never blocks.
 */
public interface CompactedLog {
    /**
     * Appends a record and tells {@code listener} once how it went, perhaps before this method returns and on any thread. Records
     * that one thread appends under one key keep their order.
     *
     * @param record its payload is the record's value; an empty one deletes the key
     */
    void append(String key, Message record, AppendListener listener);

    /**
     * Passes what the log holds, at least the newest record of every key, and then all that is added, its own records too. What
     * was deleted may be passed with the record that deleted it, or not at all. After a failure of the log it goes on where it
     * was; a record may then come a second time.
     *
     * @return completes, on any thread, when all that the log held at this call has been passed; fails when it cannot be read,
     *     and then nothing more is passed
     */
    CompletableFuture<Void> follow(LogFollower follower);

    /** Bytes given to {@link #append} and not yet answered. */
    long pendingBytes();
}
