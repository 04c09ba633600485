package io.magnetar.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.magnetar.bench.compare.Comparison.Plan;
import io.magnetar.bench.compare.ComparisonTable;
import io.magnetar.bench.compare.Plots;
import io.magnetar.bench.compare.Sample;
import io.magnetar.bench.wire.Stamp;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How several loads are measured in rounds, on brokers that the command starts itself, and where the samples go. */
final class PlanOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--launcher",
            paramLabel = "FILE",
            defaultValue = "./magnetar",
            description = "The launcher script. Default: ${DEFAULT-VALUE}.")
    private Path launcher = Path.of("");

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

    @Option(
            names = "--plots",
            paramLabel = "DIR",
            description = "Also draw the medians of rates, processor time and p99: PNG files in this directory.")
    private @Nullable Path plots;

    Path launcher() {
        if (!Files.isExecutable(launcher)) {
            throw new ParameterException(spec.commandLine(), "--launcher: cannot run " + launcher + ".");
        }
        return launcher;
    }

    /** @param known all loads that there are */
    Plan plan(List<String> loads, List<String> known) {
        Ranges.check(spec, "--rounds", rounds, 1, 100);
        Ranges.check(spec, "--warmup", warmup, 0, 600);
        Ranges.check(spec, "--seconds", seconds, 1, 600);
        Ranges.check(spec, "--payload", payload, Stamp.BYTES, 1024 * 1024);
        List<String> unknown =
                loads.stream().filter(load -> !known.contains(load)).toList();
        if (!unknown.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--loads: there is no " + String.join(", ", unknown) + "; there are " + String.join(", ", known)
                            + ".");
        }
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        return new Plan(
                Set.copyOf(loads), rounds, Duration.ofSeconds(warmup), Duration.ofSeconds(seconds), payload, threads);
    }

    /** Where data and logs go; exists when this returns. */
    Path directory() throws IOException {
        Path working = directory == null
                ? Files.createTempDirectory("magnetar-compare")
                : Files.createDirectories(directory).toAbsolutePath();
        out().println("data and logs are in " + working);
        return working;
    }

    void show(Sample sample) {
        out().println(String.format(
                Locale.ROOT,
                "%-44s %-12s %,12.0f msg/s %8.2f us %s",
                sample.load(),
                sample.system(),
                sample.perSecond(),
                sample.costs().brokerMicros(),
                sample.problem()));
        out().flush();
    }

    /** Prints the tables and writes the samples. */
    void publish(List<Sample> samples) throws IOException {
        out().println();
        out().print(ComparisonTable.of(samples));
        out().flush();
        if (plots != null) {
            Plots.write(samples, Files.createDirectories(plots));
        }
        if (json != null) {
            new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), samples);
        }
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
