package io.magnetar.mqtt.routing;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * When a filter goes over from one way to another, as from live delivery to the queue, its messages go by their receive time. So nobody
 * may find the subscribers of before and take a receive time of after, or the other way round: who takes both while a filter goes over
 * takes them again, when it has.
 *
 * <pre>
 *   a filter goes over:     count is odd -- routes change, the time is taken -- count is even
 *   a message is received:  count -- subscribers are found, the time is taken -- the same count, and even: both are of one side
 * </pre>
 *
 * <p>Thread: any. Who receives takes no lock but in that case, for the microseconds of a change.
 */
final class Handovers {
    private final Object lock = new Object();
    private final AtomicLong count = new AtomicLong();

    /** @param change alters the routes, and takes the time from which that counts */
    long during(LongSupplier change) {
        synchronized (lock) {
            count.incrementAndGet();
            try {
                return change.getAsLong();
            } finally {
                count.incrementAndGet();
            }
        }
    }

    long count() {
        return count.get();
    }

    /** Whether nothing has gone over since this was the count. */
    boolean isStill(long before) {
        return (before & 1) == 0 && count.get() == before;
    }

    /** Looks while nothing goes over. */
    <T> T meanwhile(Supplier<T> look) {
        synchronized (lock) {
            return look.get();
        }
    }
}
