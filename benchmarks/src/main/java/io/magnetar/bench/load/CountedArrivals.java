package io.magnetar.bench.load;

import io.netty.buffer.ByteBuf;

/**
 * Counts the messages of a range, up to the one without a payload that tells its end.
 *
 * <p>Thread: the subscriber's event loop; all but the {@link Arrivals} methods may be called by any.
 */
final class CountedArrivals implements Arrivals {
    private long counted;
    private boolean marked;
    private volatile long received;
    private volatile long firstNanos;
    private volatile long lastNanos;
    private volatile boolean atMarker;

    @Override
    public void message(ByteBuf in, int payload, int length, long now) {
        if (length == 0) {
            marked = true;
        } else {
            counted++;
        }
    }

    @Override
    public void readComplete(long now) {
        if (firstNanos == 0) {
            firstNanos = now;
        }
        lastNanos = now;
        received = counted;
        atMarker = marked;
    }

    boolean isAtMarker() {
        return atMarker;
    }

    /** Messages of the range so far. */
    long received() {
        return received;
    }

    long firstNanos() {
        return firstNanos;
    }

    long lastNanos() {
        return lastNanos;
    }
}
