package io.magnetar.bench.report;

import org.jspecify.annotations.Nullable;

/**
 * Processor time and memory while a run was measured.
 *
 * @param wallSeconds how long that was
 * @param generatorCpuSeconds processor time of the generator, user and system
 * @param brokerCpuSeconds the same of the broker's process, null when it was not watched
 * @param brokerResidentBytes memory of the broker at the end, null when it was not watched
 */
public record Usage(
        double wallSeconds,
        double generatorCpuSeconds,
        @Nullable Double brokerCpuSeconds,
        @Nullable Long brokerResidentBytes) {
    /** Microseconds of the broker's processor time for each of {@code messages}; null when not watched. */
    public @Nullable Double brokerMicrosPerMessage(double messages) {
        return brokerCpuSeconds == null || messages == 0 ? null : brokerCpuSeconds * 1e6 / messages;
    }
}
