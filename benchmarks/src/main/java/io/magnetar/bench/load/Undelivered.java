package io.magnetar.bench.load;

import java.util.ArrayList;
import java.util.List;

/**
 * Keeps a publisher from running ahead of its slowest subscriber, and lets it go on when an eighth of the way is free, so that
 * a saturated publisher writes many messages at once. What does not arrive within a second of standing still is
 * given up, so that a broker that drops messages does not stop the run.
 *
 * <p>Thread: the publisher's event loop.
 */
final class Undelivered {
    private static final long STALL_NANOS = 1_000_000_000L;

    private final int limit;
    private final List<SequenceTracker> subscribers = new ArrayList<>();
    private long givenUp;
    private long lastReached = -1;
    private long lastMovedNanos;
    private long writeOffs;

    Undelivered(int limit) {
        this.limit = limit;
    }

    void add(SequenceTracker subscriber) {
        subscribers.add(subscriber);
    }

    /** How many more messages may be sent when {@code sent} have been. */
    long room(long sent) {
        if (subscribers.isEmpty()) {
            return Integer.MAX_VALUE;
        }
        long room = limit - (sent - Math.max(reached(), givenUp));
        return room < limit / 8 ? 0 : room;
    }

    void writeOffWhenStalled(long sent, long now) {
        if (subscribers.isEmpty()) {
            return;
        }
        long reached = reached();
        if (reached != lastReached || room(sent) > 0) {
            lastReached = reached;
            lastMovedNanos = now;
        } else if (now - lastMovedNanos >= STALL_NANOS) {
            givenUp = sent;
            writeOffs++;
        }
    }

    long writeOffs() {
        return writeOffs;
    }

    private long reached() {
        long slowest = Long.MAX_VALUE;
        for (int i = 0; i < subscribers.size(); i++) {
            slowest = Math.min(slowest, subscribers.get(i).reached());
        }
        return slowest;
    }
}
