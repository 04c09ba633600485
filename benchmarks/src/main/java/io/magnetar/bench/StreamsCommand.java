package io.magnetar.bench;

import io.magnetar.bench.compare.StreamMeasurements;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures what streams take and give, for docs/benchmarks.md. */
@Command(
        name = "streams",
        sortOptions = false,
        description =
                "Starts a standalone of its own and measures how fast streams are written and replayed, what they cost a"
                        + " publish, and what a replay does to live traffic; prints the table of docs/benchmarks.md.")
final class StreamsCommand implements Callable<Integer> {
    @Mixin
    private PlanOptions plan = new PlanOptions();

    @Option(
            names = "--loads",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Only these loads, separated by commas: ingest, replay, kept, defined, beside-live. Default: all.")
    private List<String> loads = StreamMeasurements.allLoads();

    @Override
    public Integer call() throws Exception {
        plan.publish(new StreamMeasurements(
                        plan.launcher(), plan.directory(), plan.plan(loads, StreamMeasurements.allLoads()), plan::show)
                .run());
        return 0;
    }
}
