package io.magnetar.bench.load;

import io.magnetar.bench.wire.Stamp;
import io.netty.buffer.ByteBuf;
import io.netty.util.collection.LongObjectHashMap;

/**
 * Accounts for the messages of a stream's past, whichever runs and publishers they came from.
 *
 * <p>Thread: the subscriber's event loop; {@link #received()} and {@link #lastNanos()} may be read by any.
 */
final class ReplayArrivals implements Arrivals {
    private final LongObjectHashMap<SequenceTracker> trackers = new LongObjectHashMap<>();
    private long countedHere;
    private long unstamped;
    private volatile long received;
    private volatile long lastNanos;

    @Override
    public void message(ByteBuf in, int payload, int length, long now) {
        countedHere++;
        if (!Stamp.isAt(in, payload, length)) {
            unstamped++;
            return;
        }
        long source = ((long) Stamp.run(in, payload) << 32) | Stamp.publisher(in, payload);
        SequenceTracker tracker = trackers.get(source);
        if (tracker == null) {
            tracker = new SequenceTracker();
            trackers.put(source, tracker);
        }
        tracker.received(Stamp.sequence(in, payload));
    }

    @Override
    public void readComplete(long now) {
        lastNanos = now;
        received = countedHere;
    }

    /** Messages so far. */
    long received() {
        return received;
    }

    /** When the newest of them arrived, 0 before the first. */
    long lastNanos() {
        return lastNanos;
    }

    /** Messages of other clients than this generator; they are in {@link #received()} and in no other count. */
    long unstamped() {
        return unstamped;
    }

    Accounting accounting() {
        Accounting sum = Accounting.NONE;
        for (SequenceTracker tracker : trackers.values()) {
            sum = sum.plus(tracker.accounting());
        }
        return sum.plus(new Accounting(unstamped, 0, 0, 0));
    }
}
