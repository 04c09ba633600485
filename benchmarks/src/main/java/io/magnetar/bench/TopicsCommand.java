package io.magnetar.bench;

import io.magnetar.bench.load.TopicsRun;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One message to each of very many topics, and what they leave in the broker's memory. */
@Command(
        name = "topics",
        sortOptions = false,
        description = "One message of QoS 1 to each of very many topics: what they leave in the broker's memory."
                + " Needs --broker-pid, of a Java process.")
final class TopicsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--count", paramLabel = "N", defaultValue = "1000000", description = "Default: ${DEFAULT-VALUE}.")
    private int count;

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Override
    public Integer call() throws Exception {
        Ranges.check(spec, "--count", count, 1, 100_000_000);
        TopicsRun run = new TopicsRun(target.broker(), count);
        spec.commandLine().getOut().println(run.run(target.javaBroker()).text("topics"));
        return 0;
    }
}
