package io.magnetar.bench;

import io.magnetar.bench.compare.Comparison;
import io.magnetar.bench.compare.Comparison.Plan;
import io.magnetar.bench.compare.Comparison.Programs;
import io.magnetar.bench.compare.Mosquitto;
import java.io.Serial;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the comparison of docs/benchmarks.md. */
@Command(
        name = "compare",
        sortOptions = false,
        description =
                "Starts a standalone, a Mosquitto and a HiveMQ CE of its own, runs the same loads on all and pulsar-perf"
                        + " on the standalone, and prints the tables of docs/benchmarks.md.")
final class CompareCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private PlanOptions plan = new PlanOptions();

    @Option(
            names = "--hivemq",
            paramLabel = "DIR",
            defaultValue = "benchmarks/hivemq",
            description = "The built module that runs HiveMQ CE. Default: ${DEFAULT-VALUE}.")
    private Path hiveMq = Path.of("");

    @Option(
            names = "--loads",
            paramLabel = "NAME",
            split = ",",
            description = "Only these loads, separated by commas: ${COMPLETION-CANDIDATES}. Default: all.",
            completionCandidates = Loads.class)
    private List<String> loads = Comparison.allLoads();

    /** For the help. */
    private static final class Loads extends ArrayList<String> {
        @Serial
        private static final long serialVersionUID = 1;

        Loads() {
            super(Comparison.allLoads());
        }
    }

    @Override
    public Integer call() throws Exception {
        if (!Mosquitto.isInstalled()) {
            throw new ParameterException(spec.commandLine(), "Mosquitto is not installed (Debian: package mosquitto).");
        }
        if (!Files.exists(hiveMq.resolve("target/classpath"))) {
            throw new ParameterException(spec.commandLine(), "--hivemq: " + hiveMq + " is not built.");
        }
        Plan chosen = plan.plan(loads, Comparison.allLoads());
        Programs programs = new Programs(plan.launcher(), hiveMq, plan.directory());
        plan.out().println("the first round lets the brokers warm up and does not count");
        plan.publish(new Comparison(programs, chosen, plan::show).run());
        return 0;
    }
}
