package io.magnetar.bench.compare;

import io.magnetar.bench.report.RunReport;
import io.magnetar.bench.report.Usage;
import org.jspecify.annotations.Nullable;

/**
 * What a load cost; null is what is not known.
 *
 * @param brokerMicros microseconds of the broker's processor time a message
 * @param allocatedBytes what the broker allocated on its heap a message, null when it has none
 * @param residentBytes memory of the broker's process at the end
 * @param generatorCores processors that the generator kept busy
 */
public record Costs(
        @Nullable Double brokerMicros,
        @Nullable Double allocatedBytes,
        @Nullable Long residentBytes,
        @Nullable Double generatorCores) {
    static final Costs UNKNOWN = new Costs(null, null, null, null);

    static Costs ofBroker(double micros) {
        return new Costs(micros, null, null, null);
    }

    static Costs of(RunReport report) {
        return of(report.usage(), report.messages());
    }

    static Costs of(Usage usage, double messages) {
        return new Costs(
                usage.brokerMicrosPerMessage(messages),
                usage.brokerAllocatedPerMessage(messages),
                usage.brokerResidentBytes(),
                usage.generatorCores());
    }
}
