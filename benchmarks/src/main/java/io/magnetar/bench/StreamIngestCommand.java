package io.magnetar.bench;

import io.magnetar.bench.load.Workload.Distribution;
import io.magnetar.bench.load.Workload.Shape;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Publishers into a stream, with nobody subscribed: counts what the broker acknowledges. */
@Command(
        name = "stream-ingest",
        sortOptions = false,
        description = "Publishers into a stream, with nobody subscribed: counts what the broker acknowledges.")
final class StreamIngestCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--publishers", paramLabel = "N", defaultValue = "200", description = "Default: ${DEFAULT-VALUE}.")
    private int publishers;

    @Option(
            names = "--topics",
            paramLabel = "PATTERN",
            defaultValue = "sensors/%%d/readings",
            description = "Topic of each publisher, with %%d for its number. Default: ${DEFAULT-VALUE}.")
    private String topics = "";

    @Mixin
    private LoadOptions load = new LoadOptions();

    @Override
    public Integer call() throws Exception {
        Ranges.check(spec, "--publishers", publishers, 1, LoadOptions.MAX_CLIENTS);
        return load.run(new Shape("stream-ingest", publishers, 0, Distribution.TO_EACH), topics, 1);
    }
}
