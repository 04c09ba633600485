package io.magnetar.cli;

import java.util.List;
import java.util.Map;
import org.apache.pulsar.admin.cli.extensions.CommandExecutionContext;
import org.apache.pulsar.admin.cli.extensions.CustomCommand;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.jspecify.annotations.Nullable;

/** A command of {@code pulsar-admin mqtt} that asks the admin API. Thread: the command's. */
abstract class AdminCommand implements CustomCommand {
    private final String name;
    private final List<String> actions;
    private final String place;

    /**
     * @param actions what the first argument may be
     * @param place what the second argument is
     */
    AdminCommand(String name, List<String> actions, String place) {
        this.name = name;
        this.actions = actions;
        this.place = place;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final boolean execute(Map<String, @Nullable Object> given, CommandExecutionContext context)
            throws PulsarAdminException {
        Arguments arguments = Arguments.of("mqtt " + name, actions, place, given);
        try (AdminClient client = AdminClient.open(arguments, context)) {
            run(arguments, client);
            return true;
        }
    }

    abstract void run(Arguments arguments, AdminClient client) throws PulsarAdminException;
}
