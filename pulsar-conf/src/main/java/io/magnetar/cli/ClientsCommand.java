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

/** {@code pulsar-admin mqtt clients}: who is connected, and whose sessions wait. Thread: the command's. */
final class ClientsCommand extends AdminCommand {
    private static final String CLIENTS = "clients";
    private static final String BANS = "bans";
    private static final List<String> BAN_COLUMNS = List.of("clientId", "username", "address", "until");
    private static final String SUBSCRIPTIONS = "subscriptions";
    private static final List<String> ACTIONS = List.of("list", "get", "kick", "ban", "unban", "bans");
    private static final String CLIENT = "--client-id";
    private static final Map<String, String> FILTERS =
            Map.of("--prefix", "prefix", "--username", "username", "--address", "address", "--connected", "connected");
    private static final List<String> COLUMNS = List.of(
            "client", "connected", "durable", "username", "address", "protocol", "connectedSince", SUBSCRIPTIONS);

    private final PrintStream out;

    ClientsCommand(PrintStream out) {
        super(CLIENTS, ACTIONS, "namespace");
        this.out = out;
    }

    @Override
    public String description() {
        return String.join(
                "%n",
                "Clients are those that are connected to the broker that answers, and those whose sessions wait there.",
                "  clients list NAMESPACE [--prefix TEXT] [--username NAME] [--address ADDRESS] [--connected true|false]",
                "      [--after CLIENT] [--limit N]",
                "  clients get NAMESPACE --client-id ID",
                "  clients kick NAMESPACE --client-id ID [--end-session]",
                "  clients ban NAMESPACE --client-id ID | --username NAME | --address ADDRESS[/BITS] [--seconds N]",
                "  clients unban NAMESPACE --client-id ID | --username NAME | --address ADDRESS[/BITS]",
                "  clients bans NAMESPACE");
    }

    @Override
    public List<ParameterDescriptor> parameters() {
        List<ParameterDescriptor> parameters = new ArrayList<>(List.of(
                Parameters.place(Arguments.ACTION, String.join(", ", ACTIONS)),
                Parameters.place("namespace", "the MQTT namespace, which is a tenant of Pulsar"),
                Parameters.option(CLIENT, "get, kick, ban, unban: the client identifier"),
                Parameters.option("--prefix", "list: what the client identifier begins with"),
                Parameters.option("--username", "list: of those that are connected with it; ban, unban: the user name"),
                Parameters.option("--address", "list: of those that are connected from it; ban, unban: the address"),
                Parameters.option("--connected", "list: true or false (both)"),
                Parameters.option("--after", "list: goes on behind this client identifier"),
                Parameters.option("--limit", "list: how many, up to 1000 (100)"),
                Parameters.option("--seconds", "ban: for how long (for ever)"),
                Parameters.flag("--end-session", "kick: the session ends as well, connected or not")));
        parameters.addAll(Parameters.common());
        return parameters;
    }

    @Override
    void run(Arguments arguments, AdminClient client) throws PulsarAdminException {
        String action = arguments.required(Arguments.ACTION, "action: " + String.join(", ", ACTIONS));
        String namespace = arguments.required("namespace", "namespace");
        switch (action) {
            case "list" -> arguments.show(client.get(List.of(CLIENTS, namespace), filters(arguments)), out, this::list);
            case "get" ->
                arguments.show(client.get(List.of(CLIENTS, namespace, clientId(arguments)), Map.of()), out, this::get);
            case "kick" ->
                arguments.show(
                        client.ask(
                                "POST",
                                List.of(CLIENTS, namespace, clientId(arguments), "kick"),
                                arguments.flag("--end-session") ? Map.of("endSession", "true") : Map.of(),
                                null),
                        out,
                        new Text(out)::fields);
            case "bans" -> bans(arguments, client.get(List.of(BANS, namespace), Map.of()));
            case "ban" -> bans(arguments, client.ask("PUT", List.of(BANS, namespace), Map.of(), ban(arguments)));
            case "unban" -> bans(arguments, client.ask("DELETE", List.of(BANS, namespace), banned(arguments), null));
            default -> throw arguments.wrong("'" + action + "' is no action: " + String.join(", ", ACTIONS));
        }
    }

    private static String clientId(Arguments arguments) throws PulsarAdminException {
        return arguments.required(CLIENT, "client identifier: name it with " + CLIENT);
    }

    private static Map<String, String> filters(Arguments arguments) throws PulsarAdminException {
        Map<String, String> query = new LinkedHashMap<>();
        FILTERS.forEach((option, parameter) -> arguments.text(option).ifPresent(text -> query.put(parameter, text)));
        arguments.text("--after").ifPresent(after -> query.put("after", after));
        arguments.number("--limit").ifPresent(limit -> query.put("limit", limit.toString()));
        return query;
    }

    private static Map<String, String> banned(Arguments arguments) {
        Map<String, String> banned = new LinkedHashMap<>();
        arguments.text(CLIENT).ifPresent(id -> banned.put("clientId", id));
        arguments.text("--username").ifPresent(name -> banned.put("username", name));
        arguments.text("--address").ifPresent(address -> banned.put("address", address));
        return banned;
    }

    private static ObjectNode ban(Arguments arguments) throws PulsarAdminException {
        ObjectNode ban = JsonNodeFactory.instance.objectNode();
        banned(arguments).forEach(ban::put);
        arguments.number("--seconds").ifPresent(seconds -> ban.put("seconds", seconds));
        return ban;
    }

    private void bans(Arguments arguments, JsonNode answer) {
        arguments.show(answer, out, all -> new Text(out).table(all.path(BANS), BAN_COLUMNS));
    }

    private void list(JsonNode answer) {
        Text text = new Text(out);
        text.table(answer.path(CLIENTS), COLUMNS);
        if (answer.has("next")) {
            text.line("there are more: --after "
                    + Text.printable(answer.path("next").asText()));
        }
    }

    private void get(JsonNode answer) {
        ObjectNode fields = answer.deepCopy();
        JsonNode subscriptions = fields.remove(SUBSCRIPTIONS);
        Text text = new Text(out);
        text.fields(fields);
        if (!subscriptions.isEmpty()) {
            text.line("");
            text.table(subscriptions, List.of("filter", "qos"));
        }
    }
}
