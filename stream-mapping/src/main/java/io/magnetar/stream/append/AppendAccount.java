package io.magnetar.stream.append;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Where the messages on their way into one log are counted.
 *
 * <p>Thread: any.
 *
 * @param pendingBytes has the bytes of those that are not answered
 * @param timeoutNanos how long each may take
 */
record AppendAccount(LongAdder pendingBytes, AppendMeter meter, long timeoutNanos) {
    static AppendAccount of(AppendSettings settings, LongAdder pendingBytes, AppendMeter meter) {
        return new AppendAccount(pendingBytes, meter, TimeUnit.MILLISECONDS.toNanos(settings.timeoutMillis()));
    }

    /** When a message that comes now has waited too long, by {@link System#nanoTime()}. */
    long deadlineNanos() {
        return System.nanoTime() + timeoutNanos;
    }
}
