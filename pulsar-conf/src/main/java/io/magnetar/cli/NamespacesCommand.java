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

/** {@code pulsar-admin mqtt namespaces}: the tenants of Pulsar that MQTT clients are in. Thread: the command's. */
final class NamespacesCommand extends AdminCommand {
    private static final String NAMESPACES = "namespaces";
    private static final String NAMESPACE = "namespace";
    private static final List<String> ACTIONS =
            List.of("list", "get", "create", "set", "kick", "delete", "import", "export");
    private static final List<String> COLUMNS =
            List.of("namespace", "adminRoles", "open", "clients", "durableSessions");

    private final PrintStream out;

    NamespacesCommand(PrintStream out) {
        super(NAMESPACES, ACTIONS, NAMESPACE);
        this.out = out;
    }

    @Override
    public String description() {
        return String.join(
                "%n",
                "Namespaces are the tenants of Pulsar that MQTT clients are in.",
                "  namespaces list [--after NAMESPACE] [--limit N]",
                "  namespaces get NAMESPACE",
                "  namespaces create NAMESPACE [--admin-roles ROLE,...] [--allowed-clusters CLUSTER,...]",
                "      [--property NAME=VALUE,...]",
                "  namespaces set NAMESPACE [--property NAME=VALUE,...] [--remove NAME,...]",
                "  namespaces kick NAMESPACE",
                "  namespaces delete NAMESPACE [--with-tenant]",
                "  namespaces export [--format json|csv]",
                "  namespaces import --file FILE",
                "What is open and who is connected is what the broker that answers knows.");
    }

    @Override
    public List<ParameterDescriptor> parameters() {
        List<ParameterDescriptor> parameters = new ArrayList<>(List.of(
                Parameters.place(Arguments.ACTION, String.join(", ", ACTIONS)),
                Parameters.place(NAMESPACE, "the MQTT namespace, which is a tenant of Pulsar"),
                Parameters.option("--admin-roles", "create: who may administer it, beside superusers"),
                Parameters.option(
                        "--allowed-clusters", "create: the Pulsar clusters that it may use (the broker's own)"),
                Parameters.option(
                        "--property", "create, set: what the operator sets, such as mqtt.max-connections=1000,..."),
                Parameters.option("--remove", "set: properties that go back to the broker's configuration"),
                Parameters.option("--file", "import: JSON or CSV as export writes it; - for the standard input"),
                Parameters.option("--format", "export: json or csv (json)"),
                Parameters.flag("--with-tenant", "delete: the tenant as well, when nothing else is in it"),
                Parameters.option("--after", "list: goes on behind this namespace"),
                Parameters.option("--limit", "list: how many, up to 1000 (100)")));
        parameters.addAll(Parameters.common());
        return parameters;
    }

    @Override
    void run(Arguments arguments, AdminClient client) throws PulsarAdminException {
        String action = arguments.required(Arguments.ACTION, "action: " + String.join(", ", ACTIONS));
        switch (action) {
            case "list" -> arguments.show(client.get(List.of(NAMESPACES), page(arguments)), out, this::list);
            case "get" -> fields(arguments, client.get(path(arguments), Map.of()));
            case "create" -> fields(arguments, client.ask("PUT", path(arguments), Map.of(), creation(arguments)));
            case "set" -> fields(arguments, client.ask("PATCH", path(arguments), Map.of(), changes(arguments)));
            case "import" -> new NamespaceTransfer(client, out).importAll(arguments);
            case "export" -> new NamespaceTransfer(client, out).exportAll(arguments);
            case "delete" ->
                fields(
                        arguments,
                        client.ask(
                                "DELETE",
                                path(arguments),
                                arguments.flag("--with-tenant") ? Map.of("withTenant", "true") : Map.of(),
                                null));
            case "kick" -> fields(arguments, client.ask("POST", path(arguments, "kick"), Map.of(), null));
            default -> throw arguments.wrong("'" + action + "' is no action: " + String.join(", ", ACTIONS));
        }
    }

    private static Map<String, String> page(Arguments arguments) throws PulsarAdminException {
        Map<String, String> page = new LinkedHashMap<>();
        arguments.text("--after").ifPresent(after -> page.put("after", after));
        arguments.number("--limit").ifPresent(limit -> page.put("limit", limit.toString()));
        return page;
    }

    private static List<String> path(Arguments arguments, String... rest) throws PulsarAdminException {
        List<String> path = new ArrayList<>(List.of(NAMESPACES, arguments.required(NAMESPACE, "namespace: name it")));
        path.addAll(List.of(rest));
        return path;
    }

    private static ObjectNode properties(Arguments arguments) throws PulsarAdminException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        arguments.pairs("--property").forEach(body.putObject("properties")::put);
        return body;
    }

    private static ObjectNode changes(Arguments arguments) throws PulsarAdminException {
        ObjectNode changes = properties(arguments);
        arguments.names("--remove").ifPresent(names -> names.forEach(changes.putArray("remove")::add));
        return changes;
    }

    private static ObjectNode creation(Arguments arguments) throws PulsarAdminException {
        ObjectNode creation = properties(arguments);
        arguments.names("--admin-roles").ifPresent(roles -> roles.forEach(creation.putArray("adminRoles")::add));
        arguments
                .names("--allowed-clusters")
                .ifPresent(clusters -> clusters.forEach(creation.putArray("allowedClusters")::add));
        return creation;
    }

    private void list(JsonNode answer) {
        Text text = new Text(out);
        text.table(answer.path(NAMESPACES), COLUMNS);
        if (answer.has("next")) {
            text.line("there are more: --after "
                    + Text.printable(answer.path("next").asText()));
        }
    }

    private void fields(Arguments arguments, JsonNode answer) {
        arguments.show(answer, out, new Text(out)::fields);
    }
}
