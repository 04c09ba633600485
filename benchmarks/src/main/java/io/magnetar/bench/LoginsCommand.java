package io.magnetar.bench;

import io.magnetar.bench.load.LoginsRun;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Clients that all come at once, and whose passwords are to be hashed. */
@Command(
        name = "logins",
        sortOptions = false,
        description =
                "Clients of one namespace all come at once, each with a password that the broker hashes, while clients of another namespace come one"
                        + " after the other: how many are let in, how long that takes, and what it costs those of the other. Needs at the"
                        + " broker mqttAuthentication=users, mqttNamespaceFrom=client-id:/^(bench[^-]+)-/ and mqttTenants=public|bench.*."
                        + " The tenants and users stay.")
final class LoginsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--clients", paramLabel = "N", defaultValue = "1000", description = "Default: ${DEFAULT-VALUE}.")
    private int clients;

    @Option(
            names = "--quiet",
            paramLabel = "N",
            defaultValue = "50",
            description = "Clients of the other namespace, each time. Default: ${DEFAULT-VALUE}.")
    private int quiet;

    @Option(
            names = "--iterations",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Of PBKDF2-HMAC-SHA-512, for each password. Default: ${DEFAULT-VALUE}.")
    private int iterations;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            defaultValue = "18083",
            description = "The port of the admin API. Default: ${DEFAULT-VALUE}.")
    private int httpPort;

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Override
    public Integer call() throws Exception {
        Ranges.check(spec, "--clients", clients, 1, 20_000);
        Ranges.check(spec, "--quiet", quiet, 1, 20_000);
        Ranges.check(spec, "--iterations", iterations, 1, 1_000_000);
        Ranges.check(spec, "--http-port", httpPort, 1, 65_535);
        LoginsRun run = new LoginsRun(target.broker(), httpPort, new LoginsRun.Size(clients, quiet, iterations));
        spec.commandLine().getOut().println(run.run());
        return 0;
    }
}
