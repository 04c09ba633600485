package io.magnetar.mqtt.metrics;

import io.magnetar.mqtt.counters.StreamTraffic;
import io.magnetar.mqtt.counters.StreamTrafficTable;
import io.magnetar.mqtt.counters.StreamTrafficTable.StreamName;
import io.magnetar.stream.StreamFailure;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What has been counted for single streams; what there is none of is left out.
 *
 * <p>Thread: any.
 */
final class StreamMetrics {
    private final StreamTrafficTable table;

    StreamMetrics(StreamTrafficTable table) {
        this.table = table;
    }

    void write(MetricsText text) {
        Map<StreamName, StreamTraffic> all = table.all();
        each(text, MetricFamily.STREAM_MESSAGES_IN, all, StreamTraffic::messagesIn);
        each(text, MetricFamily.STREAM_BYTES_IN, all, StreamTraffic::bytesIn);
        each(text, MetricFamily.STREAM_MESSAGES_OUT, all, StreamTraffic::messagesOut);
        each(text, MetricFamily.STREAM_BYTES_OUT, all, StreamTraffic::bytesOut);
        text.begin(MetricFamily.STREAM_APPENDS_FAILED);
        for (StreamFailure.Kind kind : StreamFailure.Kind.values()) {
            samples(text, MetricFamily.STREAM_APPENDS_FAILED, all, traffic -> traffic.failures(kind), reason(kind));
        }
        each(text, MetricFamily.MESSAGES_WITHOUT_KEY, all, StreamTraffic::messagesWithoutKey);
        text.begin(MetricFamily.STREAM_READERS);
        samples(text, MetricFamily.STREAM_READERS, all, StreamTraffic::readers, "replay");
        samples(text, MetricFamily.STREAM_READERS, all, StreamTraffic::members, "group");
        text.begin(MetricFamily.STREAM_APPEND_SECONDS);
        all.forEach((name, traffic) -> {
            if (traffic.appends().sum() > 0) {
                text.histogram(MetricFamily.STREAM_APPEND_SECONDS, traffic.appends(), name.namespace(), name.name());
            }
        });
    }

    private static String reason(StreamFailure.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private static void each(
            MetricsText text,
            MetricFamily metric,
            Map<StreamName, StreamTraffic> all,
            ToLongFunction<StreamTraffic> value) {
        text.begin(metric);
        all.forEach((name, traffic) -> {
            long count = value.applyAsLong(traffic);
            if (count != 0) {
                text.sample(metric, count, name.namespace(), name.name());
            }
        });
    }

    private static void samples(
            MetricsText text,
            MetricFamily metric,
            Map<StreamName, StreamTraffic> all,
            ToLongFunction<StreamTraffic> value,
            String label) {
        all.forEach((name, traffic) -> {
            long count = value.applyAsLong(traffic);
            if (count != 0) {
                text.sample(metric, count, name.namespace(), name.name(), label);
            }
        });
    }
}
