package io.magnetar.cli;

import java.util.List;
import org.apache.pulsar.admin.cli.extensions.CommandExecutionContext;
import org.apache.pulsar.admin.cli.extensions.CustomCommand;
import org.apache.pulsar.admin.cli.extensions.CustomCommandGroup;

/** {@code pulsar-admin mqtt}. */
final class MqttCommands implements CustomCommandGroup {
    @Override
    public String name() {
        return "mqtt";
    }

    @Override
    public String description() {
        return "Operations on what Magnetar's MQTT protocol handler serves";
    }

    @Override
    public List<CustomCommand> commands(CommandExecutionContext context) {
        return List.of(
                new StreamsCommand(System.out),
                new CursorsCommand(System.out),
                new NamespacesCommand(System.out),
                new ClientsCommand(System.out),
                new RulesCommand(System.out),
                new UsersCommand(System.out));
    }
}
