package io.magnetar.sink.archive.partition;

import java.time.Duration;

/**
 * When a file is full, whichever comes first.
 *
 * @param interval since its first message arrived here
 * @param align whether the interval ends at its multiples on the clock (in UTC) instead
 * @param maxRecords in a file
 * @param maxBytes of a file, about
 */
public record Rolling(Duration interval, boolean align, long maxRecords, long maxBytes) {
    /** Epoch milliseconds when a file is due that is begun now. */
    long due(long nowMillis) {
        long millis = interval.toMillis();
        return align ? (Math.floorDiv(nowMillis, millis) + 1) * millis : nowMillis + millis;
    }
}
