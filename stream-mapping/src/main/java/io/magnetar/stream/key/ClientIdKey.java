package io.magnetar.stream.key;

import io.magnetar.message.Message;
import org.jspecify.annotations.Nullable;

/** {@code client-id}: the publisher's client identifier. */
record ClientIdKey() implements StreamKey {
    @Override
    public @Nullable String of(Message message) {
        return message.publisher().clientId();
    }

    @Override
    public String toString() {
        return StreamKeys.CLIENT_ID;
    }
}
