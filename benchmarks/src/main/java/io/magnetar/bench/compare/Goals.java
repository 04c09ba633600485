package io.magnetar.bench.compare;

import io.magnetar.bench.report.LatencySummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a comparison is to show, and how far it does. Thread: any, because it keeps nothing. */
final class Goals {
    private static final List<Goal> ALL = List.of(
            rate(MqttLoad.PAIRS_QOS_0.title(), Comparison.MOSQUITTO, 5),
            cpu(MqttLoad.PAIRS_QOS_0.title(), Comparison.MOSQUITTO, 0.2),
            rate(MqttLoad.PAIRS_QOS_1.title(), Comparison.MOSQUITTO, 5),
            rate(MqttLoad.PAIRS_QOS_2.title(), Comparison.MOSQUITTO, 4),
            rate(MqttLoad.FAN_OUT_100_QOS_0.title(), Comparison.MOSQUITTO, 5),
            rate(MqttLoad.FAN_OUT_100_QOS_1.title(), Comparison.MOSQUITTO, 4),
            rate(MqttLoad.FAN_IN_QOS_0.title(), Comparison.MOSQUITTO, 4),
            rate(MqttLoad.SHARED_QOS_1.title(), Comparison.MOSQUITTO, 4),
            rate(MqttLoad.DURABLE_QOS_1.title(), Comparison.HIVEMQ, 5),
            cpu(MqttLoad.SPARSE_QOS_1.title(), Comparison.MOSQUITTO, 1),
            new Goal(
                    MqttLoad.LATENCY_1K_QOS_1.title() + ": p50 of at most 1 ms",
                    false,
                    1,
                    samples ->
                            values(samples, MqttLoad.LATENCY_1K_QOS_1.title(), Comparison.MAGNETAR, Goals::p50Millis)),
            p99(MqttLoad.LATENCY_1K_QOS_1.title(), Comparison.MOSQUITTO, 2),
            rate(Comparison.CONNECTS, Comparison.MOSQUITTO, 1),
            new Goal(
                    Comparison.BACKLOG + ": at least 70,000 messages a second",
                    true,
                    70_000,
                    samples -> values(samples, Comparison.BACKLOG, Comparison.MAGNETAR, Sample::perSecond)),
            rate(Comparison.INGEST, Comparison.PULSAR_PERF, 0.8),
            rate(Comparison.REPLAY, Comparison.PULSAR_PERF, 0.7));

    /**
     * Something that can be counted, round by round.
     *
     * @param atLeast whether more is better
     */
    private record Goal(String name, boolean atLeast, double bound, Function<List<Sample>, List<Double>> reached) {}

    private Goals() {}

    private static Goal rate(String load, String other, double bound) {
        return new Goal(
                load + ": at least " + number(bound) + " times the rate of " + other,
                true,
                bound,
                samples -> ratios(samples, load, other, Sample::perSecond));
    }

    private static Goal cpu(String load, String other, double bound) {
        return new Goal(
                load + ": at most " + number(bound) + " times the CPU a message of " + other,
                false,
                bound,
                samples -> ratios(samples, load, other, sample -> sample.costs().brokerMicros()));
    }

    private static Goal p99(String load, String other, double bound) {
        return new Goal(
                load + ": p99 of at most " + number(bound) + " times that of " + other,
                false,
                bound,
                samples -> ratios(samples, load, other, Goals::p99));
    }

    private static @Nullable Double p50Millis(Sample sample) {
        LatencySummary latency = sample.latency();
        return latency == null ? null : latency.p50() / 1e3;
    }

    private static @Nullable Double p99(Sample sample) {
        LatencySummary latency = sample.latency();
        return latency == null ? null : (double) latency.p99();
    }

    /** Rows of those whose loads were measured, as Markdown; empty when there are none. */
    static List<String> rows(List<Sample> samples) {
        return ALL.stream().flatMap(goal -> row(goal, samples)).toList();
    }

    private static Stream<String> row(Goal goal, List<Sample> samples) {
        List<Double> reached = goal.reached().apply(samples);
        if (reached.isEmpty()) {
            return Stream.empty();
        }
        double median = Medians.of(reached);
        boolean met = goal.atLeast() ? median >= goal.bound() : median <= goal.bound();
        return Stream.of("| " + goal.name() + " | "
                + reached.stream().map(Goals::number).collect(Collectors.joining(", ")) + " | " + number(median) + " | "
                + (met ? "yes" : "no") + " |");
    }

    /** Magnetar's value by the other's, round by round. */
    private static List<Double> ratios(
            List<Sample> samples, String load, String other, Function<Sample, @Nullable Double> value) {
        List<Double> ours = values(samples, load, Comparison.MAGNETAR, value);
        List<Double> theirs = values(samples, load, other, value);
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
            if (theirs.get(i) > 0) {
                ratios.add(ours.get(i) / theirs.get(i));
            }
        }
        return ratios;
    }

    private static List<Double> values(
            List<Sample> samples, String load, String system, Function<Sample, @Nullable Double> value) {
        return samples.stream()
                .filter(sample -> sample.load().equals(load) && sample.system().equals(system))
                .map(value)
                .filter(Objects::nonNull)
                .toList();
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, value >= 1_000 ? "%,.0f" : "%.2f", value);
        return value == Math.rint(value) && value < 1_000 ? Integer.toString((int) value) : text;
    }
}
