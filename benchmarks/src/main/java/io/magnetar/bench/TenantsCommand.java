package io.magnetar.bench;

import io.magnetar.bench.load.TenantsRun;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Very many tenants. */
@Command(
        name = "tenants",
        sortOptions = false,
        description =
                "Tenants are made over the admin API, then each gets a few clients, and some a stream and a durable session whose"
                        + " client is away: what a tenant costs the broker's memory, idle and active, and how long a CONNECT and a scrape"
                        + " of the metrics take. Needs"
                        + " --broker-pid, of a Java process, and at the broker mqttNamespaceFrom=client-id:/^(bench[^-]+)-/ and"
                        + " mqttTenants=public|bench.*. The tenants stay.")
final class TenantsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--tenants", paramLabel = "N", defaultValue = "1000", description = "Default: ${DEFAULT-VALUE}.")
    private int tenants;

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "3",
            description = "Live clients of each, with a subscription. Default: ${DEFAULT-VALUE}.")
    private int clients;

    @Option(
            names = "--busy",
            paramLabel = "N",
            description = "How many tenants get that many clients; the others get one. Default: all.")
    private @Nullable Integer busy;

    @Option(
            names = "--with-stream",
            paramLabel = "N",
            defaultValue = "200",
            description = "How many get a stream and a durable session. Default: ${DEFAULT-VALUE}.")
    private int withStream;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            defaultValue = "18083",
            description = "The port of the admin API. Default: ${DEFAULT-VALUE}.")
    private int httpPort;

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "The port of Pulsar's metrics. Default: ${DEFAULT-VALUE}.")
    private int metricsPort;

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Override
    public Integer call() throws Exception {
        Ranges.check(spec, "--tenants", tenants, 10, 1_000_000);
        Ranges.check(spec, "--clients", clients, 1, 1_000);
        Ranges.check(spec, "--with-stream", withStream, 0, tenants);
        Ranges.check(spec, "--http-port", httpPort, 1, 65_535);
        Ranges.check(spec, "--metrics-port", metricsPort, 1, 65_535);
        int withClients = busy == null ? tenants : busy;
        Ranges.check(spec, "--busy", withClients, 0, tenants);
        TenantsRun run = new TenantsRun(
                target.broker(),
                new TenantsRun.Ports(httpPort, metricsPort),
                new TenantsRun.Size(tenants, clients, withClients, withStream),
                target.threads());
        spec.commandLine().getOut().println(run.run(target.javaBroker()));
        return 0;
    }
}
