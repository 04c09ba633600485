package io.magnetar.bench;

import io.magnetar.bench.load.Workload.Distribution;
import io.magnetar.bench.load.Workload.Shape;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Few publishers whose every message goes to many subscribers. */
@Command(
        name = "fanout",
        sortOptions = false,
        description = "Few publishers whose every message goes to many subscribers.")
final class FanOutCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--publishers", paramLabel = "N", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
    private int publishers;

    @Option(names = "--subscribers", paramLabel = "N", defaultValue = "100", description = "Default: ${DEFAULT-VALUE}.")
    private int subscribers;

    @Mixin
    private LoadOptions load = new LoadOptions();

    @Override
    public Integer call() throws Exception {
        Ranges.check(spec, "--publishers", publishers, 1, LoadOptions.MAX_CLIENTS);
        Ranges.check(spec, "--subscribers", subscribers, 1, LoadOptions.MAX_CLIENTS);
        return load.run(new Shape("fanout", publishers, subscribers, Distribution.TO_EACH), "bench/%r/%d", 0);
    }
}
