package io.magnetar.bench.compare;

import io.magnetar.bench.report.LatencySummary;
import io.magnetar.bench.report.RunReport;
import org.jspecify.annotations.Nullable;

/**
 * What one system did with one load in one round.
 *
 * @param load what was done, in the words of the table
 * @param system who did it
 * @param perSecond messages a second
 * @param costs of the broker and the generator
 * @param latency in microseconds, null when the load has none that means something
 * @param problem what else must be known about it, empty when all went well
 */
public record Sample(
        String load,
        String system,
        double perSecond,
        Costs costs,
        @Nullable LatencySummary latency,
        String problem) {

    static Sample of(String load, String system, RunReport report) {
        LatencySummary endToEnd = report.latencies().endToEndMicros();
        LatencySummary latency =
                endToEnd.count() > 0 ? endToEnd : report.latencies().acknowledgementMicros();
        return new Sample(
                load, system, report.rate(), Costs.of(report), latency.count() > 0 ? latency : null, problem(report));
    }

    private static String problem(RunReport report) {
        StringBuilder problem = new StringBuilder();
        name(problem, report.deliveries().lost(), "lost");
        name(problem, report.deliveries().duplicates(), "repeated");
        name(problem, report.deliveries().outOfOrder(), "out of order");
        name(problem, report.trouble().unacknowledged(), "never acknowledged");
        name(problem, report.trouble().refused(), "refused");
        return problem.toString();
    }

    private static void name(StringBuilder problem, long count, String what) {
        if (count > 0) {
            problem.append(problem.isEmpty() ? "" : ", ")
                    .append(count)
                    .append(' ')
                    .append(what);
        }
    }
}
