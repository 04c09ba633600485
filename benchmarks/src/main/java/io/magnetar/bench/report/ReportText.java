package io.magnetar.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A run's report for people. Thread: any, because it keeps nothing. */
public final class ReportText {
    private ReportText() {}

    public static String of(RunReport report) {
        List<String> lines = new ArrayList<>();
        RunReport.Load load = report.load();
        lines.add(text(
                "%s: %d publishers, %d subscribers, QoS %d, %d B payload, %.1f s measured",
                load.shape(), load.publishers(), load.subscribers(), load.qos(), load.payloadBytes(), load.seconds()));
        if (load.publishers() > 0) {
            lines.add(text("  sent          %,14.0f msg/s", report.traffic().sentPerSecond()));
        }
        if (load.publishers() > 0 && load.qos() > 0) {
            lines.add(text("  acknowledged  %,14.0f msg/s", report.traffic().acknowledgedPerSecond()));
        }
        if (load.subscribers() > 0) {
            lines.add(text("  received      %,14.0f msg/s", report.traffic().receivedPerSecond()));
            lines.add(text(
                    "  deliveries    %,14d in all; lost %,d, repeated %,d, out of order %,d",
                    report.deliveries().received(),
                    report.deliveries().lost(),
                    report.deliveries().duplicates(),
                    report.deliveries().outOfOrder()));
        }
        RunReport.Trouble trouble = report.trouble();
        if (trouble.unacknowledged() + trouble.refused() + trouble.writtenOff() + trouble.foreign() > 0) {
            lines.add(text(
                    "  trouble       %,d never acknowledged, %,d refused, %,d stalls, %,d foreign messages",
                    trouble.unacknowledged(), trouble.refused(), trouble.writtenOff(), trouble.foreign()));
        }
        latency(lines, "end to end", report.latencies().endToEndMicros());
        latency(lines, "to the ack", report.latencies().acknowledgementMicros());
        usage(lines, report);
        return String.join(System.lineSeparator(), lines);
    }

    private static void latency(List<String> lines, String name, LatencySummary latency) {
        if (latency.count() > 0) {
            lines.add(text(
                    "  %s    p50 %,d us, p99 %,d us, p99.9 %,d us, max %,d us",
                    name, latency.p50(), latency.p99(), latency.p999(), latency.max()));
        }
    }

    private static void usage(List<String> lines, RunReport report) {
        Usage usage = report.usage();
        lines.add(text("  generator     %.2f cores", usage.generatorCores()));
        Double perMessage = report.brokerMicrosPerMessage();
        if (usage.brokerCpuSeconds() != null && usage.brokerResidentBytes() != null) {
            lines.add(text(
                    "  broker        %.2f cores, %s us of CPU a message, %,d MB resident",
                    usage.brokerCpuSeconds() / usage.wallSeconds(),
                    perMessage == null ? "-" : text("%.2f", perMessage),
                    usage.brokerResidentBytes() >> 20));
        }
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
