package io.magnetar.bench.compare;

import io.magnetar.bench.report.LatencySummary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** A comparison as Markdown: medians over the rounds, with the lowest and the highest. Thread: any, because it keeps nothing. */
public final class ComparisonTable {
    private ComparisonTable() {}

    public static String of(List<Sample> samples) {
        Map<String, List<Sample>> rows = new LinkedHashMap<>();
        samples.stream()
                .map(Sample::load)
                .distinct()
                .forEach(load -> samples.stream()
                        .filter(sample -> sample.load().equals(load))
                        .sorted((a, b) -> a.system().compareTo(b.system()))
                        .forEach(
                                sample -> rows.computeIfAbsent(load + " | " + sample.system(), key -> new ArrayList<>())
                                        .add(sample)));
        StringBuilder table = new StringBuilder();
        line(
                table,
                "| Load | System | Messages a second | lowest to highest | Broker CPU a message | p50, p99 | Trouble |");
        line(table, "|---|---|--:|--:|--:|--:|---|");
        rows.forEach((name, ofRow) -> line(table, row(name, ofRow)));
        String goals = goals(samples);
        if (!goals.isEmpty()) {
            line(table, "");
            line(table, "| Goal | Reached in the rounds | Median |");
            line(table, "|---|---|--:|");
            table.append(goals);
        }
        return table.toString();
    }

    /** The rows of those whose loads were measured. */
    private static String goals(List<Sample> samples) {
        StringBuilder table = new StringBuilder();
        goal(
                table,
                "10 pairs at QoS 0: at least 2 times Mosquitto",
                ratios(samples, MqttLoad.PAIRS_QOS_0.title(), Comparison.MOSQUITTO),
                "x");
        goal(
                table,
                "ingest: at least 0.5 of pulsar-perf produce",
                ratios(samples, Comparison.INGEST, Comparison.PULSAR_PERF),
                "");
        goal(
                table,
                "replay: at least 60,000 messages a second",
                rates(samples, Comparison.REPLAY, Comparison.MAGNETAR),
                "/s");
        return table.toString();
    }

    private static String row(String name, List<Sample> samples) {
        double[] rates =
                samples.stream().mapToDouble(Sample::perSecond).sorted().toArray();
        double[] micros = samples.stream()
                .map(Sample::brokerMicros)
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        List<LatencySummary> latencies =
                samples.stream().map(Sample::latency).filter(Objects::nonNull).toList();
        TreeSet<String> problems = new TreeSet<>();
        samples.stream()
                .map(Sample::problem)
                .filter(problem -> !problem.isEmpty())
                .forEach(problems::add);
        return String.format(
                Locale.ROOT,
                "| %s | %,.0f | %,.0f to %,.0f | %s | %s | %s |",
                name,
                median(rates),
                rates[0],
                rates[rates.length - 1],
                micros.length == 0 ? "" : String.format(Locale.ROOT, "%.2f us", median(micros)),
                latencies.isEmpty() ? "" : latency(latencies),
                String.join("; ", problems));
    }

    private static String latency(List<LatencySummary> latencies) {
        double p50 = median(
                latencies.stream().mapToDouble(LatencySummary::p50).sorted().toArray());
        double p99 = median(
                latencies.stream().mapToDouble(LatencySummary::p99).sorted().toArray());
        return millis(p50) + ", " + millis(p99) + " ms";
    }

    private static String millis(double micros) {
        return String.format(Locale.ROOT, micros < 1_000 ? "%.2f" : "%.1f", micros / 1_000);
    }

    private static void goal(StringBuilder table, String name, List<Double> reached, String unit) {
        if (reached.isEmpty()) {
            return;
        }
        List<String> texts = reached.stream().map(value -> text(value, unit)).toList();
        double median = median(
                reached.stream().mapToDouble(Double::doubleValue).sorted().toArray());
        line(table, "| " + name + " | " + String.join(", ", texts) + " | " + text(median, unit) + " |");
    }

    private static String text(double value, String unit) {
        return String.format(Locale.ROOT, value >= 1_000 ? "%,.0f%s" : "%.2f%s", value, unit);
    }

    /** Magnetar's rate by the other's, round by round. */
    private static List<Double> ratios(List<Sample> samples, String load, String other) {
        List<Double> ours = rates(samples, load, Comparison.MAGNETAR);
        List<Double> theirs = rates(samples, load, other);
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
            ratios.add(ours.get(i) / theirs.get(i));
        }
        return ratios;
    }

    private static List<Double> rates(List<Sample> samples, String load, String system) {
        return samples.stream()
                .filter(sample -> sample.load().equals(load) && sample.system().equals(system))
                .map(Sample::perSecond)
                .toList();
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static void line(StringBuilder table, String text) {
        table.append(text).append('\n');
    }
}
