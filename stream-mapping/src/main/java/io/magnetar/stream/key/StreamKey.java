package io.magnetar.stream.key;

import io.magnetar.message.Message;

/** Finds the key of a message: its place in the order of a stream, and its identity in a last-value stream. */
@FunctionalInterface
public interface StreamKey {
    /** The key of a message. Never throws and never returns null: each preset says what it falls back to. */
    String of(Message message);
}
