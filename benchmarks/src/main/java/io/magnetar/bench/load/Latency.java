package io.magnetar.bench.load;

import org.HdrHistogram.Histogram;

/** Latency histograms in microseconds, to three digits, up to ten minutes. */
final class Latency {
    private static final long MAX_MICROS = 600_000_000L;

    private Latency() {}

    static Histogram histogram() {
        return new Histogram(MAX_MICROS, 3);
    }

    static void record(Histogram micros, long nanos) {
        micros.recordValue(Math.min(MAX_MICROS, Math.max(0, nanos / 1000)));
    }
}
