package io.magnetar.bench;

import io.magnetar.bench.load.LiveRun;
import io.magnetar.bench.load.Workload;
import io.magnetar.bench.load.Workload.Distribution;
import io.magnetar.bench.load.Workload.MessageKind;
import io.magnetar.bench.load.Workload.Pace;
import io.magnetar.bench.load.Workload.Shape;
import io.magnetar.bench.report.Probe;
import io.magnetar.bench.report.ReportText;
import io.magnetar.bench.report.RunReport;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a namespace that offers more than it may costs another one. */
@Command(
        name = "neighbours",
        sortOptions = false,
        description =
                "A quiet namespace alone, then beside a noisy one that offers as much as it can get rid of, up to a rate. The broker"
                        + " tells namespaces by what client identifiers have before their first hyphen.")
final class NeighboursCommand implements Callable<Integer> {
    private static final int PAIRS = 10;
    private static final int WINDOW = 200;
    private static final int MUCH = 1_000_000;
    private static final long SETTLE_SECONDS = 5;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--quiet",
            paramLabel = "NAMESPACE",
            defaultValue = "quiet",
            description = "The namespace that is measured. Default: ${DEFAULT-VALUE}.")
    private String quiet = "";

    @Option(
            names = "--noisy",
            paramLabel = "NAMESPACE",
            defaultValue = "noisy",
            description = "Its neighbour. Default: ${DEFAULT-VALUE}.")
    private String noisy = "";

    @Option(
            names = "--rate",
            paramLabel = "PER-SECOND",
            defaultValue = "1000",
            description = "Messages a second of the quiet one, QoS 1. Default: ${DEFAULT-VALUE}.")
    private long rate;

    @Option(
            names = "--offered",
            paramLabel = "PER-SECOND",
            defaultValue = "10000",
            description = "Messages a second that the noisy one offers. Default: ${DEFAULT-VALUE}.")
    private long offered;

    @Option(
            names = "--seconds",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "Measured, each time. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--payload",
            paramLabel = "BYTES",
            defaultValue = "256",
            description = "Bytes of each payload. Default: ${DEFAULT-VALUE}.")
    private int payload;

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Override
    public Integer call() throws Exception {
        Ranges.check(spec, "--rate", rate, 1, MUCH);
        Ranges.check(spec, "--offered", offered, 1, MUCH);
        Ranges.check(spec, "--seconds", seconds, 1, 3_600);
        PrintWriter out = spec.commandLine().getOut();
        RunReport alone = quietRun().run(target.probe());
        out.println("alone:\n" + ReportText.of(alone));
        out.flush();
        ExecutorService neighbour = Executors.newSingleThreadExecutor();
        try {
            Future<RunReport> noise = neighbour.submit(() -> noisyRun().run(new Probe(null)));
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            RunReport beside = quietRun().run(target.probe());
            out.println("beside " + noisy + ":\n" + ReportText.of(beside));
            RunReport ofNeighbour = noise.get();
            out.println("the neighbour:\n" + ReportText.of(ofNeighbour));
            out.println(String.format(
                    Locale.ROOT,
                    "p99 %.2f ms alone, %.2f ms beside: %.2f times",
                    p99(alone),
                    p99(beside),
                    p99(beside) / p99(alone)));
            return alone.promisesKept() && beside.promisesKept() ? 0 : 3;
        } finally {
            neighbour.shutdownNow();
        }
    }

    private LiveRun quietRun() {
        return run(quiet, new MessageKind(1, payload, false), new Pace(rate, WINDOW, MUCH), 5, seconds);
    }

    /** At QoS 0, so that nothing but the socket slows it down; it begins before the measurement and ends after it. */
    private LiveRun noisyRun() {
        int all = (int) (seconds + 3 * SETTLE_SECONDS);
        return run(noisy, new MessageKind(0, payload, false), new Pace(offered, WINDOW, MUCH), 1, all);
    }

    private LiveRun run(String namespace, MessageKind message, Pace pace, int warmup, int measured) {
        Workload workload = new Workload(
                new Shape("pairs of " + namespace, PAIRS, PAIRS, Distribution.PAIRED),
                "bench/%r/%d",
                message,
                pace,
                Duration.ofSeconds(warmup),
                Duration.ofSeconds(measured),
                target.threads());
        return new LiveRun(target.broker(), workload, namespace);
    }

    private static double p99(RunReport report) {
        return report.latencies().endToEndMicros().p99() / 1_000.0;
    }
}
