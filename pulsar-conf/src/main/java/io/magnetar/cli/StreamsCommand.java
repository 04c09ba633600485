package io.magnetar.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pulsar.admin.cli.extensions.CommandExecutionContext;
import org.apache.pulsar.admin.cli.extensions.CustomCommand;
import org.apache.pulsar.admin.cli.extensions.ParameterDescriptor;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.jspecify.annotations.Nullable;

/** {@code pulsar-admin mqtt streams}: what streams there are, and their definitions. Thread: the command's. */
final class StreamsCommand implements CustomCommand {
    private static final String COMMAND = "mqtt streams";
    private static final String STREAMS = "streams";
    private static final List<String> ACTIONS = List.of("list", "get", "create", "alter", "delete");
    private static final List<String> COLUMNS =
            List.of("namespace", "name", "filter", "key", "partitions", "state", "reason");
    /** The options that are properties of a stream. */
    private static final Map<String, String> PROPERTIES = Map.of(
            "--filter", "mqtt.filter",
            "--key", "mqtt.key",
            "--order-buckets", "mqtt.order-buckets");

    private final PrintStream out;

    StreamsCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public String name() {
        return STREAMS;
    }

    @Override
    public String description() {
        return String.join(
                "%n",
                "Streams keep the MQTT messages whose topics match a filter.",
                "  streams list [NAMESPACE]",
                "  streams get NAMESPACE/STREAM",
                "  streams create NAMESPACE/STREAM --filter FILTER [--key KEY] [--partitions N] [--order-buckets N]",
                "  streams alter NAMESPACE/STREAM [--filter FILTER] [--key KEY] [--remove PROPERTY,...]",
                "  streams delete NAMESPACE/STREAM [--force]");
    }

    @Override
    public List<ParameterDescriptor> parameters() {
        List<ParameterDescriptor> parameters = new ArrayList<>(List.of(
                Parameters.place(Arguments.ACTION, String.join(", ", ACTIONS)),
                Parameters.place("stream", "NAMESPACE/STREAM; for list a NAMESPACE, or nothing for all"),
                Parameters.option("--filter", "create, alter: the MQTT topic filter whose messages the stream keeps"),
                Parameters.option(
                        "--key",
                        "create, alter: what a message's key is: client-id, username, topic, topic[N],"
                                + " user-property:NAME, payload:$.JSON.PATH or cel:EXPRESSION"),
                Parameters.option("--partitions", "create: how many partitions, fixed for the stream's life (1)"),
                Parameters.option("--order-buckets", "create, alter: ordering buckets in each partition (16)"),
                Parameters.option("--property", "create, alter: other properties, NAME=VALUE,..."),
                Parameters.option("--remove", "alter: properties that go back to their preset, such as mqtt.key"),
                Parameters.flag("--force", "delete: although the stream has Pulsar subscriptions")));
        parameters.addAll(Parameters.common());
        return parameters;
    }

    @Override
    public boolean execute(Map<String, @Nullable Object> given, CommandExecutionContext context)
            throws PulsarAdminException {
        Arguments arguments = Arguments.of(COMMAND, ACTIONS, "stream", given);
        try (AdminClient client = AdminClient.open(arguments, context)) {
            run(arguments, client);
            return true;
        }
    }

    private void run(Arguments arguments, AdminClient client) throws PulsarAdminException {
        String action = arguments.required(Arguments.ACTION, "action: " + String.join(", ", ACTIONS));
        switch (action) {
            case "list" -> list(arguments, client);
            case "get" -> fields(arguments, client.get(path(arguments), Map.of()));
            case "create" ->
                fields(arguments, client.ask("PUT", path(arguments), Map.of(), definition(arguments, "--partitions")));
            case "alter" -> fields(arguments, client.ask("PATCH", path(arguments), Map.of(), changes(arguments)));
            case "delete" ->
                fields(
                        arguments,
                        client.ask(
                                "DELETE",
                                path(arguments),
                                arguments.flag("--force") ? Map.of("force", "true") : Map.of(),
                                null));
            default -> throw arguments.wrong("'" + action + "' is no action: " + String.join(", ", ACTIONS));
        }
    }

    private void list(Arguments arguments, AdminClient client) throws PulsarAdminException {
        List<String> path = new ArrayList<>(List.of(STREAMS));
        arguments.text("stream").ifPresent(path::add);
        JsonNode answer = client.get(path, Map.of());
        if (arguments.flag(Parameters.JSON)) {
            out.println(answer.toPrettyString());
        } else {
            new Text(out).table(answer.path("streams"), COLUMNS);
        }
    }

    private static List<String> path(Arguments arguments) throws PulsarAdminException {
        String stream = arguments.required("stream", "stream: name it NAMESPACE/STREAM");
        String[] names = stream.split("/", -1);
        if (names.length != 2 || names[0].isEmpty() || names[1].isEmpty()) {
            throw arguments.wrong("'" + stream + "' is no NAMESPACE/STREAM, as in public/readings");
        }
        return List.of(STREAMS, names[0], names[1]);
    }

    private static ObjectNode definition(Arguments arguments, String... numbers) throws PulsarAdminException {
        Map<String, String> set = new LinkedHashMap<>(arguments.pairs("--property"));
        PROPERTIES.forEach((option, property) -> arguments.text(option).ifPresent(value -> set.put(property, value)));
        ObjectNode definition = JsonNodeFactory.instance.objectNode();
        set.forEach(definition.putObject("properties")::put);
        for (String number : numbers) {
            arguments.number(number).ifPresent(value -> definition.put(number.substring(2), value));
        }
        return definition;
    }

    private static ObjectNode changes(Arguments arguments) throws PulsarAdminException {
        ObjectNode changes = definition(arguments, "--partitions");
        arguments.text("--remove").ifPresent(names -> {
            for (String name : names.split(",", -1)) {
                changes.withArray("remove").add(name.strip());
            }
        });
        return changes;
    }

    private void fields(Arguments arguments, JsonNode answer) {
        if (arguments.flag(Parameters.JSON)) {
            out.println(answer.toPrettyString());
        } else {
            new Text(out).fields(answer);
        }
    }
}
