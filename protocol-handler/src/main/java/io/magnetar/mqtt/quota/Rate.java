package io.magnetar.mqtt.quota;

import java.util.concurrent.TimeUnit;

/**
 * How much of something there may be in a second.
 *
 * <p>Thread: immutable.
 *
 * @param perSecond 0 for as much as comes
 * @param burst how much may come at once of who was below the rate before
 */
public record Rate(long perSecond, long burst) {
    public static final Rate UNLIMITED = new Rate(0, 0);

    /** The highest that can be counted with in nanoseconds. */
    static final long MOST = 9_000_000_000L;

    /** Nobody saves more than what comes in a day. */
    private static final long LONGEST_BURST_NANOS = TimeUnit.DAYS.toNanos(1);

    /** With what comes in a second as its burst. */
    public static Rate of(long perSecond) {
        return new Rate(perSecond, perSecond);
    }

    public boolean isUnlimited() {
        return perSecond == 0;
    }

    /** The time that so much takes at this rate. */
    long nanos(long amount) {
        return amount * TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    long burstNanos() {
        return Math.min(nanos(burst), LONGEST_BURST_NANOS);
    }
}
