package io.magnetar.bench;

import io.magnetar.bench.load.LastValueRun;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The replay of a last-value stream of very many keys. */
@Command(
        name = "last-value",
        sortOptions = false,
        description =
                "Updates very many keys of a last-value stream and replays it: how soon and how fast the newest messages"
                        + " come, and how much of the broker's heap a replay holds. The stream is there already, with the key topic and a"
                        + " filter that keeps last/#. Needs --broker-pid, of a Java process.")
final class LastValueCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--keys", paramLabel = "N", defaultValue = "1000000", description = "Default: ${DEFAULT-VALUE}.")
    private int keys;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "1",
            description = "Each key is updated so often; 0 to replay what is there. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Override
    public Integer call() throws Exception {
        Ranges.check(spec, "--keys", keys, 1, 100_000_000);
        Ranges.check(spec, "--rounds", rounds, 0, 1_000);
        LastValueRun.Result result = new LastValueRun(target.broker(), keys, rounds).run(target.javaBroker());
        spec.commandLine().getOut().println(result.text());
        return result.received() == keys ? 0 : TargetOptions.BROKEN_PROMISE;
    }
}
