package io.magnetar.bench;

import io.magnetar.bench.load.OwedRun;
import io.magnetar.bench.wire.Stamp;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A durable session that comes back to very many messages. */
@Command(
        name = "owed",
        sortOptions = false,
        description =
                "A durable session goes away, very many messages of QoS 1 are published for it, and it comes back: how soon"
                        + " and how fast they arrive, and how much of the broker's heap is in use meanwhile. Needs --broker-pid, of a"
                        + " Java process.")
final class OwedCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--count", paramLabel = "N", defaultValue = "1000000", description = "Default: ${DEFAULT-VALUE}.")
    private int count;

    @Option(names = "--payload", paramLabel = "BYTES", defaultValue = "256", description = "Default: ${DEFAULT-VALUE}.")
    private int payload;

    @Option(
            names = "--topics",
            paramLabel = "N",
            defaultValue = "100",
            description = "The messages go to so many topics in turn. Default: ${DEFAULT-VALUE}.")
    private int topics;

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Override
    public Integer call() throws Exception {
        Ranges.check(spec, "--count", count, 1, 100_000_000);
        Ranges.check(spec, "--payload", payload, Stamp.BYTES, 1 << 20);
        Ranges.check(spec, "--topics", topics, 1, 10_000);
        OwedRun run = new OwedRun(target.broker(), new OwedRun.Owed(count, payload, topics));
        OwedRun.Result result = run.run(target.javaBroker());
        spec.commandLine().getOut().println(result.text());
        return result.promisesKept() ? 0 : TargetOptions.BROKEN_PROMISE;
    }
}
