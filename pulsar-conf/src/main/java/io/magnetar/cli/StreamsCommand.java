package io.magnetar.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pulsar.admin.cli.extensions.ParameterDescriptor;
import org.apache.pulsar.client.admin.PulsarAdminException;

/** {@code pulsar-admin mqtt streams}: what streams there are, and their definitions. Thread: the command's. */
final class StreamsCommand extends AdminCommand {
    private static final String STREAMS = "streams";
    private static final List<String> ACTIONS = List.of("list", "get", "stats", "create", "alter", "delete", "peek");
    private static final List<String> COLUMNS =
            List.of("namespace", "name", "filter", "key", "partitions", "state", "reason");
    private static final List<String> SUBSCRIPTION_COLUMNS = List.of(
            "name", "type", "consumers", "lag", "backlogEntries", "backlogBytes", "heldBytes", "messagesOutPerSecond");
    private static final List<String> PARTITION_COLUMNS =
            List.of("partition", "messages", "storedBytes", "oldest", "newest");
    /** The options that are properties of a stream. */
    private static final Map<String, String> PROPERTIES = Map.of(
            "--filter", "mqtt.filter",
            "--key", "mqtt.key",
            "--order-buckets", "mqtt.order-buckets",
            "--max-messages", "mqtt.max-messages",
            "--max-bytes", "mqtt.max-bytes",
            "--when-full", "mqtt.when-full");

    private final PrintStream out;

    StreamsCommand(PrintStream out) {
        super(STREAMS, ACTIONS, "stream");
        this.out = out;
    }

    @Override
    public String description() {
        return String.join(
                "%n",
                "Streams keep the MQTT messages whose topics match a filter.",
                "  streams list [NAMESPACE]",
                "  streams get NAMESPACE/STREAM",
                "  streams stats NAMESPACE/STREAM",
                "  streams peek NAMESPACE/STREAM [--from OFFSET] [--count N]",
                "  streams create NAMESPACE/STREAM --filter FILTER [--key KEY] [--partitions N] [--order-buckets N]",
                "      [--max-messages N] [--max-bytes N] [--when-full drop-oldest|reject] [--last-value] [--from STREAM]",
                "  streams alter NAMESPACE/STREAM [--filter FILTER] [--key KEY] [--max-messages N] [--max-bytes N]",
                "      [--when-full drop-oldest|reject] [--last-value] [--remove PROPERTY,...]",
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
                Parameters.option("--max-messages", "create, alter: how many messages each partition holds"),
                Parameters.option("--max-bytes", "create, alter: how many bytes each partition holds, as 500M or 20G"),
                Parameters.option(
                        "--when-full", "create, alter: drop-oldest (the preset), or reject what does not fit"),
                Parameters.flag(
                        "--last-value",
                        "create, alter: a replay shows the newest message of each key, then what follows"),
                Parameters.option("--property", "create, alter: other properties, NAME=VALUE,..."),
                Parameters.option("--remove", "alter: properties that go back to their preset, such as mqtt.key"),
                Parameters.option(
                        "--from",
                        "create: the name of a stream of the namespace that covers the filter: what it keeps is copied first;"
                                + " peek: where to begin: earliest, last-N, -15m, 2026-11-25T18:00:00Z, microseconds since"
                                + " 1970 or a message id; without it the newest messages"),
                Parameters.option("--count", "peek: how many messages, up to 1000 (10)"),
                Parameters.flag("--force", "delete: although the stream has Pulsar subscriptions")));
        parameters.addAll(Parameters.common());
        return parameters;
    }

    @Override
    void run(Arguments arguments, AdminClient client) throws PulsarAdminException {
        String action = arguments.required(Arguments.ACTION, "action: " + String.join(", ", ACTIONS));
        switch (action) {
            case "list" -> list(arguments, client);
            case "get" -> fields(arguments, client.get(path(arguments), Map.of()));
            case "stats" -> arguments.show(client.get(path(arguments, "stats"), Map.of()), out, this::stats);
            case "peek" ->
                arguments.show(client.get(path(arguments, "messages"), range(arguments)), out, this::messages);
            case "create" -> fields(arguments, client.ask("PUT", path(arguments), Map.of(), creation(arguments)));
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
        arguments.show(client.get(path, Map.of()), out, answer -> new Text(out).table(answer.path("streams"), COLUMNS));
    }

    private static List<String> path(Arguments arguments, String... rest) throws PulsarAdminException {
        String stream = arguments.required("stream", "stream: name it NAMESPACE/STREAM");
        String[] names = stream.split("/", -1);
        if (names.length != 2 || names[0].isEmpty() || names[1].isEmpty()) {
            throw arguments.wrong("'" + stream + "' is no NAMESPACE/STREAM, as in public/readings");
        }
        List<String> path = new ArrayList<>(List.of(STREAMS, names[0], names[1]));
        path.addAll(List.of(rest));
        return path;
    }

    private static ObjectNode definition(Arguments arguments, String... numbers) throws PulsarAdminException {
        Map<String, String> set = new LinkedHashMap<>(arguments.pairs("--property"));
        PROPERTIES.forEach((option, property) -> arguments.text(option).ifPresent(value -> set.put(property, value)));
        if (arguments.flag("--last-value")) {
            set.put("mqtt.last-value", "true");
        }
        ObjectNode definition = JsonNodeFactory.instance.objectNode();
        set.forEach(definition.putObject("properties")::put);
        for (String number : numbers) {
            arguments.number(number).ifPresent(value -> definition.put(number.substring(2), value));
        }
        return definition;
    }

    private static ObjectNode creation(Arguments arguments) throws PulsarAdminException {
        ObjectNode creation = definition(arguments, "--partitions");
        arguments.text("--from").ifPresent(from -> creation.put("from", from));
        return creation;
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

    private static Map<String, String> range(Arguments arguments) throws PulsarAdminException {
        Map<String, String> range = new LinkedHashMap<>();
        arguments.text("--from").ifPresent(from -> range.put("from", from));
        arguments.number("--count").ifPresent(count -> range.put("count", count.toString()));
        return range;
    }

    private void stats(JsonNode answer) {
        ObjectNode fields = answer.deepCopy();
        JsonNode subscriptions = fields.remove("subscriptions");
        JsonNode partitions = fields.remove("partitions");
        Text text = new Text(out);
        text.fields(fields);
        if (!subscriptions.isEmpty()) {
            text.line("");
            text.table(subscriptions, SUBSCRIPTION_COLUMNS);
        }
        text.line("");
        text.table(partitions, PARTITION_COLUMNS);
    }

    private void messages(JsonNode answer) {
        Text text = new Text(out);
        for (JsonNode message : answer.path("messages")) {
            text.fields(message);
            text.line("");
        }
        text.line(answer.path("messages").size() + " messages"
                + (answer.path("cut").asBoolean() ? "; there are more, but one answer holds only so much" : ""));
    }

    private void fields(Arguments arguments, JsonNode answer) {
        arguments.show(answer, out, new Text(out)::fields);
    }
}
