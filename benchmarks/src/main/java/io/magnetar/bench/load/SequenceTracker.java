package io.magnetar.bench.load;

import java.util.BitSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one subscriber got of one publisher's numbered messages: exact counts of those lost, repeated and out of order.
 *
 * <p>Thread: the subscriber's event loop; {@link #reached()} may be read by any.
 */
final class SequenceTracker {
    private final BitSet seen = new BitSet();
    private final AtomicLong reached = new AtomicLong();
    private int next;
    private long received;
    private long duplicates;
    private long outOfOrder;

    void received(int sequence) {
        received++;
        if (sequence == next) {
            seen.set(sequence);
            next++;
        } else {
            notInTurn(sequence);
        }
    }

    private void notInTurn(int sequence) {
        if (seen.get(sequence)) {
            duplicates++;
            return;
        }
        seen.set(sequence);
        if (sequence > next) {
            next = sequence + 1;
        } else {
            outOfOrder++;
        }
    }

    /** Shows other threads how far this subscriber is. */
    void publishProgress() {
        reached.lazySet(next);
    }

    /** The number after the highest received, as of the last {@link #publishProgress()}. */
    long reached() {
        return reached.get();
    }

    /** What came of {@code sent} messages. */
    Accounting accounting(long sent) {
        return new Accounting(received, Math.max(0, sent - seen.cardinality()), duplicates, outOfOrder);
    }

    /** What came, when it is not known how many were sent: lost are the gaps below the highest number. */
    Accounting accounting() {
        return accounting(next);
    }
}
