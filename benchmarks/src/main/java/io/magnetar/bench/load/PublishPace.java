package io.magnetar.bench.load;

/**
 * When each message of one publisher is due.
 *
 * <p>At a fixed rate a message carries the time at which it was due, however late it leaves, so that a stalled broker shows in
 * the latencies; up to one tick of the generator's own clock is forgiven. At full speed a message is due when it can leave.
 *
 * <p>Thread: immutable.
 *
 * @param offsetNanos when the first message is due, after the start of the run
 * @param intervalNanos between two messages, or 0 for full speed
 */
record PublishPace(long offsetNanos, double intervalNanos) {
    static final long TICK_NANOS = 1_000_000L;
    static final PublishPace FULL_SPEED = new PublishPace(0, 0);

    /** The pace of publisher {@code index} of {@code publishers} that together send {@code perSecond}, evenly spread. */
    static PublishPace of(long perSecond, int index, int publishers) {
        if (perSecond == 0) {
            return FULL_SPEED;
        }
        double interval = 1e9 * publishers / perSecond;
        return new PublishPace((long) (interval * index / publishers), interval);
    }

    /** How many messages should have left when the run is {@code elapsed} nanoseconds old. */
    long due(long elapsed) {
        if (intervalNanos == 0) {
            return Integer.MAX_VALUE;
        }
        return elapsed < offsetNanos ? 0 : 1 + (long) ((elapsed - offsetNanos) / intervalNanos);
    }

    /** How many nanoseconds before it leaves message {@code sequence} should have left. */
    long lateness(int sequence, long elapsed) {
        if (intervalNanos == 0) {
            return 0;
        }
        return Math.max(0, elapsed - offsetNanos - (long) (sequence * intervalNanos) - TICK_NANOS);
    }
}
