package io.magnetar.mqtt.metrics;

import io.magnetar.mqtt.counters.Histogram;
import java.util.Locale;

/** Writes metrics in the text format of Prometheus, version 0.0.4. Thread: its maker's. */
final class MetricsText {
    private static final double MICROS_PER_SECOND = 1_000_000;

    private final StringBuilder text = new StringBuilder(16_384);

    void begin(MetricFamily metric) {
        text.append("# HELP ")
                .append(metric.family())
                .append(' ')
                .append(metric.meaning())
                .append('\n');
        text.append("# TYPE ")
                .append(metric.family())
                .append(' ')
                .append(metric.type().name().toLowerCase(Locale.ROOT))
                .append('\n');
    }

    /** @param labels the values of the metric's labels */
    void sample(MetricFamily metric, long value, String... labels) {
        text.append(metric.family());
        labels(metric, "", "", labels);
        text.append(' ').append(value).append('\n');
    }

    /** The same, but nothing for zero. */
    void sampleUnlessZero(MetricFamily metric, long value, String... labels) {
        if (value != 0) {
            sample(metric, value, labels);
        }
    }

    void histogram(MetricFamily metric, Histogram histogram, String... labels) {
        long count = 0;
        for (int bucket = 0; bucket <= histogram.bounds(); bucket++) {
            count += histogram.count(bucket);
            String bound = bucket < histogram.bounds()
                    ? Double.toString(histogram.boundMicros(bucket) / MICROS_PER_SECOND)
                    : "+Inf";
            text.append(metric.family()).append("_bucket");
            labels(metric, "le", bound, labels);
            text.append(' ').append(count).append('\n');
        }
        text.append(metric.family()).append("_sum");
        labels(metric, "", "", labels);
        text.append(' ').append(histogram.sumMicros() / MICROS_PER_SECOND).append('\n');
        text.append(metric.family()).append("_count");
        labels(metric, "", "", labels);
        text.append(' ').append(count).append('\n');
    }

    private void labels(MetricFamily metric, String last, String lastValue, String... values) {
        if (values.length == 0 && last.isEmpty()) {
            return;
        }
        text.append('{');
        for (int i = 0; i < values.length; i++) {
            label(i == 0, metric.label(i), values[i]);
        }
        if (!last.isEmpty()) {
            label(values.length == 0, last, lastValue);
        }
        text.append('}');
    }

    private void label(boolean first, String name, String value) {
        text.append(first ? "" : ",").append(name).append("=\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> text.append("\\\\");
                case '"' -> text.append("\\\"");
                case '\n' -> text.append("\\n");
                default -> text.append(c);
            }
        }
        text.append('"');
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
