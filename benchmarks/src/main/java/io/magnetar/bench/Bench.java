package io.magnetar.bench;

import io.magnetar.bench.load.BrokerRefused;
import io.magnetar.bench.wire.MalformedPacket;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The load generator's command line.
 *
 * <p>Exit status: 0 when the run went to its end; 1 when the broker refused or broke off; 2 for a usage error; 3 when messages
 * of QoS 1 or 2 were lost, or messages of QoS 2 repeated.
 */
@Command(
        name = "magnetar bench",
        description = "Loads an MQTT broker on this machine, measures it, and accounts for every message.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            PairsCommand.class,
            FanOutCommand.class,
            FanInCommand.class,
            StreamIngestCommand.class,
            ReplayCommand.class,
            IdleCommand.class,
            ConnectsCommand.class,
            BacklogCommand.class,
            TopicsCommand.class,
            LastValueCommand.class,
            OwedCommand.class,
            AbsentCommand.class,
            NeighboursCommand.class,
            CompareCommand.class,
            ProfileCommand.class,
            StreamsCommand.class,
            TenantsCommand.class,
            LoginsCommand.class
        })
public final class Bench implements Runnable {
    private static final int REFUSED = 1;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Print this.")
    private boolean unusedHelp;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name what to run.");
    }

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Bench())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, command.getErr()));
    }

    private static int failed(Exception failure, PrintWriter err) throws Exception {
        if (failure instanceof BrokerRefused || failure instanceof MalformedPacket || failure instanceof IOException) {
            err.println("bench: " + failure.getMessage());
            return REFUSED;
        }
        throw failure;
    }
}
