package io.magnetar.bench.load;

import io.netty.buffer.ByteBuf;

/** What a subscriber does with the messages that reach it. Thread: the subscriber's event loop. */
interface Arrivals {
    /** A message whose payload of {@code length} bytes starts at {@code payload}, read at {@code now}. */
    void message(ByteBuf in, int payload, int length, long now);

    /** All messages that were there to read at {@code now} have been shown. */
    void readComplete(long now);
}
