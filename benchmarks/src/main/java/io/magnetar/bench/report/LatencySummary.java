package io.magnetar.bench.report;

import org.HdrHistogram.Histogram;

/**
 * Latencies in microseconds.
 *
 * @param count how many were measured
 */
public record LatencySummary(long count, long p50, long p99, long p999, long max) {
    public static final LatencySummary NONE = new LatencySummary(0, 0, 0, 0, 0);

    public static LatencySummary of(Histogram micros) {
        if (micros.getTotalCount() == 0) {
            return NONE;
        }
        return new LatencySummary(
                micros.getTotalCount(),
                micros.getValueAtPercentile(50),
                micros.getValueAtPercentile(99),
                micros.getValueAtPercentile(99.9),
                micros.getMaxValue());
    }
}
