package io.magnetar.stream.append;

import io.magnetar.message.Message;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.StreamFailure;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A message on its way into a partition. Thread: handed from one to the next. */
final class PendingAppend {
    private static final Logger LOG = LoggerFactory.getLogger(PendingAppend.class);

    final Message message;
    final String key;
    /** About what it takes in the log. */
    final long bytes;
    /** When it may no longer wait for its turn, by {@link System#nanoTime()}. */
    final long deadlineNanos;

    private final AppendListener listener;
    private final LongAdder pendingBytes;

    PendingAppend(
            Message message,
            String key,
            long bytes,
            long deadlineNanos,
            AppendListener listener,
            LongAdder pendingBytes) {
        this.message = message;
        this.key = key;
        this.bytes = bytes;
        this.deadlineNanos = deadlineNanos;
        this.listener = listener;
        this.pendingBytes = pendingBytes;
    }

    /** Tells how it went; called once. */
    void answer(@Nullable StreamFailure failure) {
        pendingBytes.add(-bytes);
        try {
            listener.appended(failure);
        } catch (RuntimeException e) {
            LOG.error("A listener for an append failed", e);
        }
    }
}
