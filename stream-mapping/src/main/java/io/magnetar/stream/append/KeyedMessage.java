package io.magnetar.stream.append;

import io.magnetar.message.Message;

/** A message with the key that it has in its stream. Thread: immutable. */
public interface KeyedMessage {
    Message message();

    String key();
}
