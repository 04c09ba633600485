package io.magnetar.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.magnetar.bench.compare.Comparison;
import io.magnetar.bench.compare.Comparison.Plan;
import io.magnetar.bench.compare.Comparison.Programs;
import io.magnetar.bench.compare.ComparisonTable;
import io.magnetar.bench.compare.Mosquitto;
import io.magnetar.bench.compare.Sample;
import io.magnetar.bench.wire.Stamp;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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

    @Option(
            names = "--launcher",
            paramLabel = "FILE",
            defaultValue = "./magnetar",
            description = "The launcher script. Default: ${DEFAULT-VALUE}.")
    private Path launcher = Path.of("");

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
            description = "Only these loads, separated by commas: pairs-qos0, pairs-qos1, pairs-qos2, fanout100-qos0,"
                    + " fanout100-qos1, fanout1000-qos0, fanout1000-qos1, fanin-qos1, shared-qos1, durable-qos1, streams."
                    + " Default: all.")
    private List<String> loads = Comparison.allLoads();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Rounds that count, after one that does not. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "Before each measurement. Default: ${DEFAULT-VALUE}.")
    private int warmup;

    @Option(
            names = "--seconds",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "Of each measurement. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--payload",
            paramLabel = "BYTES",
            defaultValue = "256",
            description = "Bytes of each payload. Default: ${DEFAULT-VALUE}.")
    private int payload;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description =
                    "For data and logs, kept afterwards. Default: a new one below the system's temporary directory.")
    private @Nullable Path directory;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write every sample as JSON.")
    private @Nullable Path json;

    @Override
    public Integer call() throws Exception {
        Ranges.check(spec, "--rounds", rounds, 1, 100);
        Ranges.check(spec, "--warmup", warmup, 0, 600);
        Ranges.check(spec, "--seconds", seconds, 1, 600);
        Ranges.check(spec, "--payload", payload, Stamp.BYTES, 1024 * 1024);
        if (!Files.isExecutable(launcher)) {
            throw new ParameterException(spec.commandLine(), "--launcher: cannot run " + launcher + ".");
        }
        if (!Mosquitto.isInstalled()) {
            throw new ParameterException(spec.commandLine(), "Mosquitto is not installed (Debian: package mosquitto).");
        }
        if (!Files.exists(hiveMq.resolve("target/classpath"))) {
            throw new ParameterException(spec.commandLine(), "--hivemq: " + hiveMq + " is not built.");
        }
        List<String> unknown = loads.stream()
                .filter(load -> !Comparison.allLoads().contains(load))
                .toList();
        if (!unknown.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--loads: there is no " + String.join(", ", unknown) + "; there are "
                            + String.join(", ", Comparison.allLoads()) + ".");
        }
        Path working = directory == null
                ? Files.createTempDirectory("magnetar-compare")
                : Files.createDirectories(directory).toAbsolutePath();
        PrintWriter out = spec.commandLine().getOut();
        out.println("data and logs are in " + working);
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        Plan plan = new Plan(
                Set.copyOf(loads), rounds, Duration.ofSeconds(warmup), Duration.ofSeconds(seconds), payload, threads);
        out.println("the first round lets the brokers warm up and does not count");
        Programs programs = new Programs(launcher, hiveMq, working);
        List<Sample> samples = new Comparison(programs, plan, sample -> show(out, sample)).run();
        out.println();
        out.print(ComparisonTable.of(samples));
        out.flush();
        if (json != null) {
            new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), samples);
        }
        return 0;
    }

    private static void show(PrintWriter out, Sample sample) {
        out.println(String.format(
                Locale.ROOT,
                "%-28s %-12s %,12.0f msg/s %8.2f us %s",
                sample.load(),
                sample.system(),
                sample.perSecond(),
                sample.brokerMicros(),
                sample.problem()));
        out.flush();
    }
}
