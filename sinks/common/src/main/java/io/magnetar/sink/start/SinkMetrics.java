package io.magnetar.sink.start;

import java.util.Locale;
import org.apache.pulsar.io.core.SinkContext;

/**
 * What a sink counts, through Pulsar's own metrics of sinks: {@code pulsar_sink_user_metric__sum} and {@code _count} with
 * the label {@code metric}, beside the labels of the sink (tenant, namespace, name, instance).
 *
 * <p>Thread: any.
 */
public final class SinkMetrics {
    private final SinkContext context;

    /** The metrics that every sink has. */
    public enum Counter {
        /** Records that the destination has. */
        DELIVERED,
        /** Bytes that the destination has, as the sink sent them. */
        DELIVERED_BYTES,
        /** Attempts that failed and are made again. */
        RETRIES,
        /** Attempts that the destination refused for good. */
        PERMANENT_FAILURES,
        /** Bad records in the dead-letter topic. */
        DEAD_LETTERS,
        /** Bad records that were skipped. */
        SKIPPED,
        /** Milliseconds that a flush took. */
        FLUSH_MILLIS,
        /** Milliseconds from the broker's receipt of a record to its delivery, of the oldest in a batch. */
        LAG_MILLIS
    }

    public SinkMetrics(SinkContext context) {
        this.context = context;
    }

    /** Adds to a metric. */
    public void count(Counter counter, double amount) {
        record(counter.name().toLowerCase(Locale.ROOT), amount);
    }

    /**
     * Shows in the sink's status why records wait.
     *
     * @param reason for people, the same each time for the same trouble
     */
    public void trouble(String reason) {
        if (context instanceof Trouble status) {
            status.tell(reason);
        }
    }

    /** Adds to a metric of the sink's own. */
    public void record(String name, double value) {
        context.recordMetric(name, value);
    }
}
