package io.magnetar.sink.start;

import io.magnetar.sink.setting.SettingsReading;
import java.util.Set;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.common.functions.FunctionConfig.ProcessingGuarantees;
import org.apache.pulsar.common.io.SinkConfig;
import org.apache.pulsar.io.core.SinkContext;

/** What a sink needs of the way that Pulsar hands it records; checked at the start, because later it would lose or reorder. */
public final class SinkRequirements {
    private static final Set<SubscriptionType> IN_ORDER = Set.of(SubscriptionType.Failover, SubscriptionType.Exclusive);

    private SinkRequirements() {}

    /** A partition is read by one instance at a time, in order, and redelivered in order. */
    public static void requireOrder(SinkContext context, SettingsReading reading) {
        SubscriptionType type = context.getSubscriptionType();
        if (!IN_ORDER.contains(type)) {
            reading.refuse("The sink reads with a subscription of type " + type
                    + ", which keeps no order and holds 50,000 records at most; create it with retainOrdering: true"
                    + " (--retain-ordering), which makes it Failover");
        }
        if (context.getSinkConfig() != null && context.getSinkConfig().getTimeoutMs() != null) {
            reading.refuse(
                    "The sink has an acknowledgement timeout (timeoutMs), after which Pulsar would send again what is"
                            + " still on its way; leave it out");
        }
    }

    /** Each record is acknowledged by the sink, for itself, when the destination has it. */
    public static void requireAcknowledgementBySink(SinkContext context, SettingsReading reading) {
        SinkConfig config = context.getSinkConfig();
        ProcessingGuarantees guarantees = config == null ? null : config.getProcessingGuarantees();
        if (guarantees == ProcessingGuarantees.ATMOST_ONCE || guarantees == ProcessingGuarantees.EFFECTIVELY_ONCE) {
            reading.refuse("The sink has the processing guarantee " + guarantees
                    + ", with which Pulsar acknowledges records that the destination may not have; use ATLEAST_ONCE"
                    + " (--processing-guarantees)");
        }
    }

    /** An acknowledgement covers all earlier records of the partition, so that one stands for a whole file. */
    public static void requireCumulativeAcknowledgement(SinkContext context, SettingsReading reading) {
        SinkConfig config = context.getSinkConfig();
        if (config == null || config.getProcessingGuarantees() != ProcessingGuarantees.EFFECTIVELY_ONCE) {
            reading.refuse("The sink has the processing guarantee "
                    + (config == null ? "ATLEAST_ONCE" : config.getProcessingGuarantees())
                    + ", with which it would have to hold each record of a file in memory until the file is there; use"
                    + " EFFECTIVELY_ONCE (--processing-guarantees)");
        }
    }
}
