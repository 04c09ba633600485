package io.magnetar.mqtt.connection;

import io.magnetar.mqtt.quota.RatesMeter;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The connections of one namespace on one event loop that wait for the namespace's share in one direction: who came first goes on first,
 * looked at every {@value #TICK_MILLIS} ms by one timer for all.
 *
 * <p>Thread: the event loop.
 */
final class ShareQueue {
    private static final long TICK_MILLIS = 10;
    /** A connection that waits. */
    interface Waiting {
        /** Goes on; what it does not use others get. */
        void hasTurn();

        /** It has waited for too long: it goes on although there is nothing for it. */
        void isOverdue();
    }

    private record Place(Waiting who, long sinceNanos) {}

    private final IoLoop loop;
    private final Supplier<RatesMeter> meter;
    private final long longestWaitNanos;
    private final ArrayDeque<Place> places = new ArrayDeque<>();
    private boolean ticking;

    /**
     * @param meter what measures the share now
     * @param longestWaitNanos after which a connection is overdue
     */
    ShareQueue(IoLoop loop, Supplier<RatesMeter> meter, long longestWaitNanos) {
        this.longestWaitNanos = longestWaitNanos;
        this.loop = loop;
        this.meter = meter;
    }

    boolean isEmpty() {
        return places.isEmpty();
    }

    void add(Waiting who) {
        places.add(new Place(who, System.nanoTime()));
        tickLater();
    }

    private void tickLater() {
        if (!ticking) {
            ticking = true;
            loop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Each has one turn at most: who needs more of them is among the last again. */
    private void tick() {
        ticking = false;
        int turns = places.size();
        while (turns > 0 && meter.get().waitNanos(System.nanoTime()) <= 0) {
            turns--;
            places.remove().who().hasTurn();
        }
        long now = System.nanoTime();
        while (turns > 0 && now - places.element().sinceNanos() > longestWaitNanos) {
            turns--;
            places.remove().who().isOverdue();
        }
        if (!places.isEmpty()) {
            tickLater();
        }
    }
}
