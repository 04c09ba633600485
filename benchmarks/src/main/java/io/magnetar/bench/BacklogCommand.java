package io.magnetar.bench;

import io.magnetar.bench.load.BacklogRun;
import io.magnetar.bench.load.OwedRun.Owed;
import io.magnetar.bench.wire.Stamp;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Many durable sessions that come back at once. */
@Command(
        name = "backlog",
        sortOptions = false,
        description =
                "Durable sessions go away, messages of QoS 1 are published for all of them, and they come back at once: how"
                        + " soon and how fast the messages arrive.")
final class BacklogCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--sessions", paramLabel = "N", defaultValue = "100", description = "Default: ${DEFAULT-VALUE}.")
    private int sessions;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Messages that each session is owed. Default: ${DEFAULT-VALUE}.")
    private int count;

    @Option(names = "--payload", paramLabel = "BYTES", defaultValue = "256", description = "Default: ${DEFAULT-VALUE}.")
    private int payload;

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Override
    public Integer call() throws Exception {
        Ranges.check(spec, "--sessions", sessions, 1, 10_000);
        Ranges.check(spec, "--count", count, 1, 10_000_000);
        Ranges.check(spec, "--payload", payload, Stamp.BYTES, 1 << 20);
        BacklogRun run = new BacklogRun(target.broker(), sessions, new Owed(count, payload, 1), target.threads());
        BacklogRun.Result result = run.run(target.probe());
        spec.commandLine().getOut().println(result.text());
        return result.accounting().lost() == 0 ? 0 : TargetOptions.BROKEN_PROMISE;
    }
}
