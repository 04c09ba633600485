package io.magnetar.mqtt.metrics;

import java.util.Locale;

/** The metrics as a table in Markdown, for {@code docs/metrics.md}. */
public final class MetricsReference {
    private MetricsReference() {}

    /** A heading and a row for each metric. */
    public static String markdown() {
        StringBuilder table = new StringBuilder("| metric | type | labels | meaning |\n|---|---|---|---|\n");
        for (MetricFamily metric : MetricFamily.values()) {
            table.append("| `")
                    .append(metric.family())
                    .append("` | ")
                    .append(metric.type().name().toLowerCase(Locale.ROOT))
                    .append(" | ");
            for (int i = 0; i < metric.labels(); i++) {
                table.append(i == 0 ? "`" : ", `").append(metric.label(i)).append('`');
            }
            table.append(" | ").append(metric.meaning()).append(" |\n");
        }
        return table.toString();
    }
}
