package io.magnetar.bench.report;

import io.magnetar.bench.load.Accounting;
import org.jspecify.annotations.Nullable;

/**
 * What one run measured.
 *
 * @param load what was asked for
 * @param traffic messages a second in the measured time
 * @param deliveries all messages of the run, warm-up included
 * @param trouble what went wrong beside losses
 * @param latencies of the messages sent in the measured time
 * @param usage processor and memory in the measured time
 */
public record RunReport(
        Load load, Traffic traffic, Accounting deliveries, Trouble trouble, Latencies latencies, Usage usage) {
    /** @param seconds how long was measured */
    public record Load(String shape, int publishers, int subscribers, int qos, int payloadBytes, double seconds) {}

    /** Messages a second: due at the publishers, acknowledged to them, arrived at all subscribers together. */
    public record Traffic(double sentPerSecond, double acknowledgedPerSecond, double receivedPerSecond) {}

    /**
     * @param unacknowledged messages of QoS 1 and 2 that the broker never answered
     * @param refused messages that it answered with an error
     * @param writtenOff times that a publisher gave up waiting for deliveries
     * @param foreign messages that no publisher of this run sent
     */
    public record Trouble(long unacknowledged, long refused, long writtenOff, long foreign) {}

    /** From due to arrival at a subscriber, and from due to acknowledgement. */
    public record Latencies(LatencySummary endToEndMicros, LatencySummary acknowledgementMicros) {}

    /** Whether the broker kept what the QoS promises, as far as the deliveries show. */
    public boolean promisesKept() {
        boolean complete = deliveries.lost() == 0 && trouble.unacknowledged() == 0;
        return (load.qos() == 0 || complete) && (load.qos() < 2 || deliveries.duplicates() == 0);
    }

    /** Messages a second by which the load is judged: arrivals, or acknowledgements where nobody subscribes. */
    public double rate() {
        return load.subscribers() > 0 ? traffic.receivedPerSecond() : traffic.acknowledgedPerSecond();
    }

    /** Messages of the measured time by which the load is judged. */
    public double messages() {
        return rate() * load.seconds();
    }

    /** Microseconds of the broker's processor time for each of {@link #messages()}; null when not watched. */
    public @Nullable Double brokerMicrosPerMessage() {
        return usage.brokerMicrosPerMessage(messages());
    }
}
