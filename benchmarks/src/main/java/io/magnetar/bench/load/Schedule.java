package io.magnetar.bench.load;

import java.time.Duration;

/**
 * When a run sends and when it measures. Times are {@link System#nanoTime()}.
 *
 * <p>Thread: any; begun once, before the first message.
 */
final class Schedule {
    private final long warmupNanos;
    private final long totalNanos;
    private volatile boolean begun;
    private volatile long start;

    Schedule(Duration warmup, Duration measured) {
        this.warmupNanos = warmup.toNanos();
        this.totalNanos = warmupNanos + measured.toNanos();
    }

    void begin(long now) {
        start = now;
        begun = true;
    }

    /** Nanoseconds since the first message could leave; only once begun. */
    long elapsed(long now) {
        return now - start;
    }

    /** Whether what happens at {@code now} is neither warm-up nor aftermath. */
    boolean measures(long now) {
        long elapsed = now - start;
        return elapsed >= warmupNanos && elapsed < totalNanos;
    }

    /** Whether messages may leave at {@code now}. */
    boolean sends(long now) {
        return begun && now - start < totalNanos;
    }

    long warmupEnd() {
        return start + warmupNanos;
    }

    long end() {
        return start + totalNanos;
    }
}
