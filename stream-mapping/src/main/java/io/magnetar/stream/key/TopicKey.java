package io.magnetar.stream.key;

import io.magnetar.message.Message;

/** {@code topic}: the whole topic name. */
record TopicKey() implements StreamKey {
    @Override
    public String of(Message message) {
        return message.topic();
    }

    @Override
    public String toString() {
        return StreamKeys.TOPIC;
    }
}
