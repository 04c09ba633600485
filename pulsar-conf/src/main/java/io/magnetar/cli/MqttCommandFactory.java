package io.magnetar.cli;

import java.util.List;
import org.apache.pulsar.admin.cli.extensions.CommandExecutionContext;
import org.apache.pulsar.admin.cli.extensions.CustomCommandFactory;
import org.apache.pulsar.admin.cli.extensions.CustomCommandGroup;

/** What pulsar-admin loads from the NAR: the commands below {@code pulsar-admin mqtt}. */
public final class MqttCommandFactory implements CustomCommandFactory {
    @Override
    public List<CustomCommandGroup> commandGroups(CommandExecutionContext context) {
        return List.of(new MqttCommands());
    }
}
