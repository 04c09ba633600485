package io.magnetar.bench;

import io.magnetar.bench.load.AbsentRun;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Very many durable sessions whose clients are away. */
@Command(
        name = "absent",
        sortOptions = false,
        description =
                "Clients with durable sessions connect, subscribe to a topic of their own and go: what each session costs the"
                        + " broker's memory, and what a publish costs with and without so many durable filters. Needs --broker-pid, of"
                        + " a Java process. The sessions end an hour later.")
final class AbsentCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--sessions", paramLabel = "N", defaultValue = "100000", description = "Default: ${DEFAULT-VALUE}.")
    private int sessions;

    @Option(
            names = "--publishes",
            paramLabel = "N",
            defaultValue = "200000",
            description = "Publishes of QoS 1, each to another topic, before and after. Default: ${DEFAULT-VALUE}.")
    private int publishes;

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Override
    public Integer call() throws Exception {
        Ranges.check(spec, "--sessions", sessions, 1, 10_000_000);
        Ranges.check(spec, "--publishes", publishes, 1, 10_000_000);
        AbsentRun run = new AbsentRun(target.broker(), sessions, publishes, target.threads());
        spec.commandLine().getOut().println(run.run(target.javaBroker()).text());
        return 0;
    }
}
