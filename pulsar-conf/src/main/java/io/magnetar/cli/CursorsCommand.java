package io.magnetar.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.pulsar.admin.cli.extensions.ParameterDescriptor;
import org.apache.pulsar.client.admin.PulsarAdminException;

/** {@code pulsar-admin mqtt cursors}: where durable MQTT sessions are in streams. Thread: the command's. */
final class CursorsCommand extends AdminCommand {
    private static final String CURSORS = "cursors";
    private static final List<String> ACTIONS = List.of("list", "get", "reset");
    private static final String CLIENT = "--client-id";
    private static final String STREAM = "--stream";
    private static final List<String> COLUMNS = List.of("client", "stream", "subscription", "connected");
    private static final List<String> PARTITION_COLUMNS = List.of("partition", "after", "from", "inFlight", "lag");

    private final PrintStream out;

    CursorsCommand(PrintStream out) {
        super(CURSORS, ACTIONS, "namespace");
        this.out = out;
    }

    @Override
    public String description() {
        return String.join(
                "%n",
                "Cursors are the places of durable MQTT sessions in streams.",
                "  cursors list NAMESPACE [--stream STREAM]",
                "  cursors get NAMESPACE --client-id ID [--stream STREAM]",
                "  cursors reset NAMESPACE --client-id ID --stream STREAM --to OFFSET",
                "The client must not be connected when its cursor is reset.");
    }

    @Override
    public List<ParameterDescriptor> parameters() {
        List<ParameterDescriptor> parameters = new ArrayList<>(List.of(
                Parameters.place(Arguments.ACTION, String.join(", ", ACTIONS)),
                Parameters.place("namespace", "the MQTT namespace, which is a tenant of Pulsar"),
                Parameters.option(CLIENT, "get, reset: the client identifier of the session"),
                Parameters.option(STREAM, "the name of the stream, without the namespace"),
                Parameters.option(
                        "--to",
                        "reset: where the session goes on: earliest, latest, last-N, -15m, 2026-11-25T18:00:00Z,"
                                + " microseconds since 1970 or a message id"),
                Parameters.option(
                        "--subscription", "reset: which one, as list shows it, when several read the stream")));
        parameters.addAll(Parameters.common());
        return parameters;
    }

    @Override
    void run(Arguments arguments, AdminClient client) throws PulsarAdminException {
        String action = arguments.required(Arguments.ACTION, "action: " + String.join(", ", ACTIONS));
        String namespace = arguments.required("namespace", "namespace");
        Map<String, String> stream =
                arguments.text(STREAM).map(name -> Map.of("stream", name)).orElse(Map.of());
        switch (action) {
            case "list" -> arguments.show(client.get(List.of(CURSORS, namespace), stream), out, answer -> list(answer));
            case "get" ->
                arguments.show(
                        client.get(List.of(CURSORS, namespace, clientId(arguments)), stream),
                        out,
                        answer -> get(answer));
            case "reset" ->
                arguments.show(
                        client.ask("PUT", List.of(CURSORS, namespace, clientId(arguments)), Map.of(), move(arguments)),
                        out,
                        new Text(out)::fields);
            default -> throw arguments.wrong("'" + action + "' is no action: " + String.join(", ", ACTIONS));
        }
    }

    private static String clientId(Arguments arguments) throws PulsarAdminException {
        return arguments.required(CLIENT, "client identifier: name it with " + CLIENT);
    }

    private static ObjectNode move(Arguments arguments) throws PulsarAdminException {
        ObjectNode move = JsonNodeFactory.instance.objectNode();
        move.put("stream", arguments.required(STREAM, "stream: name it with " + STREAM));
        move.put("to", arguments.required("--to", "offset to go to: name it with --to"));
        arguments.text("--subscription").ifPresent(filter -> move.put("subscription", filter));
        return move;
    }

    private void list(JsonNode answer) {
        Text text = new Text(out);
        text.table(answer.path(CURSORS), COLUMNS);
        if (answer.path("cut").asBoolean()) {
            text.line("there are more: name a stream");
        }
    }

    private void get(JsonNode answer) {
        Text text = new Text(out);
        for (JsonNode cursor : answer.path(CURSORS)) {
            ObjectNode fields = cursor.deepCopy();
            JsonNode partitions = fields.remove("partitions");
            text.fields(fields);
            text.table(partitions, PARTITION_COLUMNS);
            text.line("");
        }
    }
}
