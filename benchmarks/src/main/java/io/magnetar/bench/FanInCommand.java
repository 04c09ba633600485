package io.magnetar.bench;

import io.magnetar.bench.load.Workload.Distribution;
import io.magnetar.bench.load.Workload.Shape;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Many publishers whose messages all go to few subscribers. */
@Command(name = "fanin", sortOptions = false, description = "Many publishers whose messages all go to few subscribers.")
final class FanInCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--publishers", paramLabel = "N", defaultValue = "100", description = "Default: ${DEFAULT-VALUE}.")
    private int publishers;

    @Option(names = "--subscribers", paramLabel = "N", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
    private int subscribers;

    @Option(names = "--shared", description = "The subscribers are members of one shared subscription.")
    private boolean shared;

    @Mixin
    private LoadOptions load = new LoadOptions();

    @Override
    public Integer call() throws Exception {
        Ranges.check(spec, "--publishers", publishers, 1, LoadOptions.MAX_CLIENTS);
        Ranges.check(spec, "--subscribers", subscribers, 1, LoadOptions.MAX_CLIENTS);
        Distribution distribution = shared ? Distribution.SHARED : Distribution.TO_EACH;
        return load.run(new Shape("fanin", publishers, subscribers, distribution), "bench/%r/%d", 0);
    }
}
