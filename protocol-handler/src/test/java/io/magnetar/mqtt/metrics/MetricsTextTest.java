package io.magnetar.mqtt.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.counters.Histogram;
import io.magnetar.mqtt.counters.Latency;
import org.junit.jupiter.api.Test;

class MetricsTextTest {
    private final MetricsText text = new MetricsText();

    @Test
    void escapesLabelValues() {
        text.sample(MetricFamily.CONNECTIONS, 3, "a\"b\\c\nd");

        assertThat(text).hasToString("magnetar_connections{namespace=\"a\\\"b\\\\c\\nd\"} 3\n");
    }

    @Test
    void writesCumulativeBuckets() {
        Histogram histogram = new Counters().latency(Latency.STREAM_APPEND);
        histogram.recordMicros(-5);
        histogram.recordMicros(100);
        histogram.recordMicros(101);
        histogram.recordMicros(60_000_000);

        text.histogram(MetricFamily.APPEND_SECONDS, histogram, "streams");

        assertThat(text.toString().lines())
                .contains(
                        "magnetar_append_seconds_bucket{log=\"streams\",le=\"1.0E-4\"} 2",
                        "magnetar_append_seconds_bucket{log=\"streams\",le=\"2.5E-4\"} 3",
                        "magnetar_append_seconds_bucket{log=\"streams\",le=\"30.0\"} 3",
                        "magnetar_append_seconds_bucket{log=\"streams\",le=\"+Inf\"} 4",
                        "magnetar_append_seconds_sum{log=\"streams\"} 60.000201",
                        "magnetar_append_seconds_count{log=\"streams\"} 4");
    }

    @Test
    void leavesOutBracesWithoutLabels() {
        text.sample(MetricFamily.SESSIONS, 1);

        assertThat(text).hasToString("magnetar_sessions 1\n");
    }
}
