package io.magnetar.bench;

import io.magnetar.bench.load.ConnectRun;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How fast clients connect. */
@Command(
        name = "connects",
        sortOptions = false,
        description = "Clients connect as fast as the broker lets them, fifty at a time, and stay until all are there.")
final class ConnectsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "5000",
            description = "Default: ${DEFAULT-VALUE}. Each is an open file in either process.")
    private int connections;

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Override
    public Integer call() {
        Ranges.check(spec, "--connections", connections, 1, IdleCommand.MAX_CONNECTIONS);
        ConnectRun run = new ConnectRun(target.broker(), connections, target.threads());
        spec.commandLine().getOut().println(run.run(target.probe()).text());
        return 0;
    }
}
