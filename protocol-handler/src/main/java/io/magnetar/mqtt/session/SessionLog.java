package io.magnetar.mqtt.session;

import io.magnetar.stream.StreamAppender.AppendListener;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/** The log of session records: of each key the newest record counts. Thread: any; never blocks. */
public interface SessionLog {
    /**
     * Passes the newest record of every key that has one.
     *
     * @return completes when all have been passed
     */
    CompletableFuture<Void> load(BiConsumer<RecordKey, byte[]> onRecord);

    /** Appends a record; an empty one deletes its key. The listener may be called on any thread. */
    void append(RecordKey key, byte[] value, AppendListener listener);
}
