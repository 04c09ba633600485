package io.magnetar.bench;

import io.magnetar.bench.load.IdleRun;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Silent connections, and what each costs the broker's memory. */
@Command(
        name = "idle",
        sortOptions = false,
        description =
                "Connections that subscribe to a topic of their own and are silent: what each costs the broker's memory."
                        + " Needs --broker-pid, of a Java process.")
final class IdleCommand implements Callable<Integer> {
    /** A process may open 20,000 files here, the broker's own among them. */
    static final int MAX_CONNECTIONS = 60_000;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "15000",
            description = "Default: ${DEFAULT-VALUE}. Each is an open file in either process.")
    private int connections;

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Override
    public Integer call() throws Exception {
        Ranges.check(spec, "--connections", connections, 1, MAX_CONNECTIONS);
        IdleRun run = new IdleRun(target.broker(), connections, target.threads());
        spec.commandLine().getOut().println(run.run(target.javaBroker()).text("silent connections"));
        return 0;
    }
}
