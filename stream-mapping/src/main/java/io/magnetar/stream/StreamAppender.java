package io.magnetar.stream;

import io.magnetar.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Appends messages to streams by group commit: one writer per partition gathers the messages of all connections.
 *
 * <p>Messages of one caller thread with one key keep their order. Thread: any; never blocks.
 */
public interface StreamAppender {
    /**
     * Appends a message and tells {@code listener} once how it went. The listener may be called before this method returns,
     * and on any thread; it must only hand over to its owner.
     */
    void append(StreamDefinition stream, Message message, AppendListener listener);

    /** Bytes of payload given to {@link #append} and not yet answered. */
    long pendingBytes();

    /** Told once how an append went. */
    @FunctionalInterface
    interface AppendListener {
        /** @param failure null when the log has confirmed the message */
        void appended(@Nullable StreamFailure failure);
    }
}
