package io.magnetar.bench.load;

import io.magnetar.bench.wire.Stamp;
import io.netty.buffer.ByteBuf;

/**
 * Accounts for what one session was owed.
 *
 * <p>Thread: the subscriber's event loop; what is volatile may be read by any.
 */
final class OwedArrivals implements Arrivals {
    private final int run;
    private final SequenceTracker tracker = new SequenceTracker();
    private long countedHere;
    private volatile long received;
    private volatile long firstNanos;
    private volatile long lastNanos;

    OwedArrivals(int run) {
        this.run = run;
    }

    @Override
    public void message(ByteBuf in, int payload, int length, long now) {
        if (Stamp.isAt(in, payload, length) && Stamp.run(in, payload) == run) {
            if (firstNanos == 0) {
                firstNanos = now;
            }
            countedHere++;
            tracker.received(Stamp.sequence(in, payload));
        }
    }

    @Override
    public void readComplete(long now) {
        received = countedHere;
        lastNanos = now;
    }

    long received() {
        return received;
    }

    /** When the first message arrived, 0 before. */
    long firstNanos() {
        return firstNanos;
    }

    /** When the newest arrived, 0 before the first. */
    long lastNanos() {
        return lastNanos;
    }

    /** Order is the order of all: messages of different topics may overtake each other. */
    Accounting accounting(long sent) {
        return tracker.accounting(sent);
    }
}
