package io.magnetar.stream.key;

import io.magnetar.message.Message;

/** {@code client-id}: the publisher's client identifier, or the topic of a message that has none. */
record ClientIdKey() implements StreamKey {
    @Override
    public String of(Message message) {
        String clientId = message.publisher().clientId();
        return clientId == null ? message.topic() : clientId;
    }

    @Override
    public String toString() {
        return StreamKeys.CLIENT_ID;
    }
}
