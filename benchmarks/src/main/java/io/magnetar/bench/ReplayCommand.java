package io.magnetar.bench;

import io.magnetar.bench.load.ReplayRun;
import io.magnetar.bench.load.ReplayRun.Replay;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Subscribers that read a stream's past. */
@Command(
        name = "replay",
        sortOptions = false,
        description = "Subscribers that read a stream's past, until they have enough or nothing more comes.")
final class ReplayCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--filter",
            paramLabel = "FILTER",
            defaultValue = "$s/earliest/sensors/+/readings",
            description = "What to subscribe to. Default: ${DEFAULT-VALUE}.")
    private String filter = "";

    @Option(
            names = "--subscribers",
            paramLabel = "N",
            defaultValue = "1",
            description = "Each reads all. Default: ${DEFAULT-VALUE}.")
    private int subscribers;

    @Option(
            names = "--messages",
            paramLabel = "N",
            description = "Stop a subscriber after so many. Default: when nothing more comes.")
    private long messages = Long.MAX_VALUE;

    @Option(
            names = "--rate",
            paramLabel = "PER-SECOND",
            defaultValue = "0",
            description = "The most that each is sent in a second, with --mqtt 5; 0 is as fast as it can. Default: 0.")
    private long rate;

    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            defaultValue = "3",
            description = "Stop when nothing came for so long. Default: ${DEFAULT-VALUE}.")
    private int idle;

    @Option(
            names = "--limit",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description = "Stop after so long in any case. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Override
    public Integer call() throws Exception {
        Ranges.check(spec, "--subscribers", subscribers, 1, LoadOptions.MAX_CLIENTS);
        Ranges.check(spec, "--messages", messages, 1, Long.MAX_VALUE);
        Ranges.check(spec, "--idle", idle, 1, 3_600);
        Ranges.check(spec, "--limit", limit, 1, 3_600);
        Ranges.check(spec, "--rate", rate, 0, 100_000_000);
        if (rate > 0 && !target.broker().version().hasProperties()) {
            throw new ParameterException(spec.commandLine(), "--rate: a replay's rate needs --mqtt 5.");
        }
        Replay replay = new Replay(
                filter,
                subscribers,
                target.qos(0),
                messages,
                rate,
                Duration.ofSeconds(idle),
                Duration.ofSeconds(limit),
                target.threads());
        return target.publish(new ReplayRun(target.broker(), replay).run(target.probe()));
    }
}
