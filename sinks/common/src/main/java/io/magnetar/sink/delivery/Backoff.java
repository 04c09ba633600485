package io.magnetar.sink.delivery;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: twice as long each time up to a limit, and of that a random part between a half
 * and the whole, so that many sinks do not come back at the same moment.
 *
 * <p>Thread: immutable.
 */
public record Backoff(Duration first, Duration longest) {
    private static final int MAX_DOUBLINGS = 30;

    /** 200 ms, then up to 30 s. */
    public static Backoff usual() {
        return new Backoff(Duration.ofMillis(200), Duration.ofSeconds(30));
    }

    /**
     * @param failures in a row so far, at least 1
     */
    public Duration after(int failures, RandomGenerator random) {
        long whole = Math.min(longest.toMillis(), first.toMillis() << Math.min(failures - 1, MAX_DOUBLINGS));
        return Duration.ofMillis(whole / 2 + random.nextLong(whole / 2 + 1));
    }
}
