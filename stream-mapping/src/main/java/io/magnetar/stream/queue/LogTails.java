package io.magnetar.stream.queue;

import io.magnetar.message.Message;
import io.magnetar.stream.StreamDefinition;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Reads the newest messages of logs. Thread: any; never blocks. */
public interface LogTails {
    /**
     * Passes the messages of a log that the broker has received since a time, a few earlier ones too, up to its end at this call.
     *
     * @param each called on any threads, one call at a time for a partition
     * @return completes when all have been passed, at once when the log is gone; fails when it cannot be read
     */
    CompletableFuture<Void> since(StreamDefinition log, long epochMillis, Consumer<Message> each);
}
