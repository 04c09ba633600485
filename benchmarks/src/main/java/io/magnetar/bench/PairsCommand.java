package io.magnetar.bench;

import io.magnetar.bench.load.Workload.Distribution;
import io.magnetar.bench.load.Workload.Shape;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Publishers that each have one subscriber of their own. */
@Command(name = "pairs", sortOptions = false, description = "Publishers that each have one subscriber of their own.")
final class PairsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--pairs",
            paramLabel = "N",
            defaultValue = "10",
            description = "Publishers, and as many subscribers. Default: ${DEFAULT-VALUE}.")
    private int pairs;

    @Option(names = "--durable", description = "Subscribers have sessions that outlive their connections.")
    private boolean durable;

    @Mixin
    private LoadOptions load = new LoadOptions();

    @Override
    public Integer call() throws Exception {
        Ranges.check(spec, "--pairs", pairs, 1, LoadOptions.MAX_CLIENTS / 2);
        return load.run(new Shape("pairs", pairs, pairs, Distribution.PAIRED), "bench/%r/%d", 0, durable);
    }
}
