package io.magnetar.stream.read;

/**
 * How streams are read.
 *
 * @param prefetchMessages how many messages of a partition the Pulsar client may hold beyond what was asked for, about
 * @param maxReaders how many readers may be open at a time; one more is refused
 * @param openTimeoutMillis how long the opening of a reader may take
 * @param skewMarginMillis how far the order of a partition may be from the order of timestamps: reading from a time begins
 *     that much earlier and tests every message
 * @param threads how many threads decode messages
 */
public record ReadSettings(
        int prefetchMessages, int maxReaders, long openTimeoutMillis, long skewMarginMillis, int threads) {
    /** Good for one broker. */
    public static ReadSettings of(int maxReaders, int threads) {
        return new ReadSettings(64, maxReaders, 30_000, 5_000, threads);
    }
}
