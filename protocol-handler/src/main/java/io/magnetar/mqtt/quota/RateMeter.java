package io.magnetar.mqtt.quota;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures what is taken at a {@link Rate}, as a time that all that was taken is paid until: it goes on with each piece by what that takes
 * at the rate, and lies no further back than the burst.
 *
 * <p>Thread: any; a compare-and-set, no lock, nothing allocated.
 */
final class RateMeter {
    private final AtomicLong paidUntilNanos;

    /** Of who was below every rate before. */
    RateMeter(Rate rate, long nowNanos) {
        paidUntilNanos = new AtomicLong(rate.isUnlimited() ? nowNanos : nowNanos - rate.burstNanos());
    }

    /** Takes an amount, be it more than there is: the next one waits for it. */
    void take(Rate rate, long amount, long nowNanos) {
        long cost = rate.nanos(amount);
        long earliest = nowNanos - rate.burstNanos();
        long paid;
        long from;
        do {
            paid = paidUntilNanos.get();
            from = paid - earliest < 0 ? earliest : paid;
        } while (!paidUntilNanos.compareAndSet(paid, from + cost));
    }

    /** Takes an amount when it is there, and nothing otherwise. */
    boolean tryTake(Rate rate, long amount, long nowNanos) {
        long cost = rate.nanos(amount);
        long earliest = nowNanos - rate.burstNanos();
        while (true) {
            long paid = paidUntilNanos.get();
            long from = paid - earliest < 0 ? earliest : paid;
            if (from + cost - nowNanos > 0) {
                return false;
            }
            if (paidUntilNanos.compareAndSet(paid, from + cost)) {
                return true;
            }
        }
    }

    /** How long it takes until an amount is there, nanoseconds; 0 or less when it is. */
    long waitNanos(Rate rate, long amount, long nowNanos) {
        return paidUntilNanos.get() + rate.nanos(amount) - nowNanos;
    }
}
