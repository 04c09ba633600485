package io.magnetar.bench.report;

import org.jspecify.annotations.Nullable;

/**
 * Processor time and memory while a run was measured.
 *
 * @param wallSeconds how long that was
 * @param generatorCpuSeconds processor time of the generator, user and system
 * @param brokerCpuSeconds the same of the broker's process, null when it was not watched
 * @param brokerResidentBytes memory of the broker at the end, null when it was not watched
 * @param brokerAllocatedBytes what the broker allocated on its heap, null when it was not watched or has none
 */
public record Usage(
        double wallSeconds,
        double generatorCpuSeconds,
        @Nullable Double brokerCpuSeconds,
        @Nullable Long brokerResidentBytes,
        @Nullable Long brokerAllocatedBytes) {
    /** Processors that the generator kept busy. */
    public double generatorCores() {
        return generatorCpuSeconds / wallSeconds;
    }

    /** Microseconds of the broker's processor time for each of {@code messages}; null when not watched. */
    public @Nullable Double brokerMicrosPerMessage(double messages) {
        return brokerCpuSeconds == null || messages == 0 ? null : brokerCpuSeconds * 1e6 / messages;
    }

    /** Bytes that the broker allocated on its heap for each of {@code messages}; null when not watched. */
    public @Nullable Double brokerAllocatedPerMessage(double messages) {
        return brokerAllocatedBytes == null || messages == 0 ? null : (double) brokerAllocatedBytes / messages;
    }
}
