package io.magnetar.stream.queue;

import io.magnetar.message.Message;
import io.magnetar.stream.StreamAppender;
import io.magnetar.stream.StreamDefinition;

/**
 * Appends to streams and to queues alike.
 *
 * <p>Thread: any.
 */
public record LogAppender(StreamAppender streams, StreamAppender queues) implements StreamAppender {
    @Override
    public void append(StreamDefinition log, Message message, AppendListener listener) {
        (log.isQueue() ? queues : streams).append(log, message, listener);
    }

    @Override
    public long pendingBytes() {
        return streams.pendingBytes() + queues.pendingBytes();
    }
}
