package io.magnetar.stream.key;

import io.magnetar.message.Message;
import org.jspecify.annotations.Nullable;

/** Finds the key of a message: its place in the order of a stream, and its identity in a last-value stream. Thread: any. */
@FunctionalInterface
public interface StreamKey {
    /**
     * The key of a message; null when the message has none, and then it is kept under its topic. Never throws. No key is empty or
     * longer than {@link StreamKeys#MAX_LENGTH}.
     */
    @Nullable
    String of(Message message);
}
