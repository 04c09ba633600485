package io.magnetar.stream.key;

import io.magnetar.message.Message;
import org.jspecify.annotations.Nullable;

/** {@code username}: the publisher's user name. */
record UsernameKey() implements StreamKey {
    @Override
    public @Nullable String of(Message message) {
        return StreamKeys.legal(message.publisher().username());
    }

    @Override
    public String toString() {
        return StreamKeys.USERNAME;
    }
}
