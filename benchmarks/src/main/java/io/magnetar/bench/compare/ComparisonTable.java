package io.magnetar.bench.compare;

import io.magnetar.bench.report.LatencySummary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
                "| Load | System | Messages a second | lowest to highest | Broker CPU a message | Heap allocated a message"
                        + " | p50, p99, p99.9 | Broker's memory | Generator | Trouble |");
        line(table, "|---|---|--:|--:|--:|--:|--:|--:|--:|---|");
        rows.forEach((name, ofRow) -> line(table, row(name, ofRow)));
        List<String> goals = Goals.rows(samples);
        if (!goals.isEmpty()) {
            line(table, "");
            line(table, "| Goal | In the rounds | Median | Reached |");
            line(table, "|---|---|--:|---|");
            goals.forEach(goal -> line(table, goal));
        }
        return table.toString();
    }

    private static String row(String name, List<Sample> samples) {
        List<Double> rates = samples.stream().map(Sample::perSecond).sorted().toList();
        TreeSet<String> problems = new TreeSet<>();
        samples.stream()
                .map(Sample::problem)
                .filter(problem -> !problem.isEmpty())
                .forEach(problems::add);
        return String.format(
                Locale.ROOT,
                "| %s | %,.0f | %,.0f to %,.0f | %s | %s | %s | %s | %s | %s |",
                name,
                Medians.of(rates),
                rates.get(0),
                rates.get(rates.size() - 1),
                median(samples, sample -> sample.costs().brokerMicros(), "%.2f us", 1),
                median(samples, sample -> sample.costs().allocatedBytes(), "%,.0f B", 1),
                latency(samples),
                median(samples, sample -> sample.costs().residentBytes(), "%,.0f MB", 1e-6),
                median(samples, sample -> sample.costs().generatorCores(), "%.2f cores", 1),
                String.join("; ", problems));
    }

    /** Empty when no sample has the value. */
    private static String median(
            List<Sample> samples, Function<Sample, ? extends @Nullable Number> value, String format, double scale) {
        List<Number> known =
                samples.stream().<Number>map(value).filter(Objects::nonNull).toList();
        return known.isEmpty() ? "" : String.format(Locale.ROOT, format, Medians.of(known) * scale);
    }

    private static String latency(List<Sample> samples) {
        List<LatencySummary> known =
                samples.stream().map(Sample::latency).filter(Objects::nonNull).toList();
        return known.isEmpty()
                ? ""
                : Stream.<ToLongFunction<LatencySummary>>of(
                                LatencySummary::p50, LatencySummary::p99, LatencySummary::p999)
                        .map(percentile -> millis(Medians.of(
                                known.stream().map(percentile::applyAsLong).toList())))
                        .collect(Collectors.joining(", ", "", " ms"));
    }

    private static String millis(double micros) {
        return String.format(Locale.ROOT, micros < 1_000 ? "%.2f" : "%.1f", micros / 1_000);
    }

    private static void line(StringBuilder table, String text) {
        table.append(text).append('\n');
    }
}
