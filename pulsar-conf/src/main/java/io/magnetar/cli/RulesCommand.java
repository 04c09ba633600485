package io.magnetar.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pulsar.admin.cli.extensions.ParameterDescriptor;
import org.apache.pulsar.client.admin.PulsarAdminException;

/** {@code pulsar-admin mqtt rules}: what clients of a namespace may do. Thread: the command's. */
final class RulesCommand extends AdminCommand {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NAMESPACES = "namespaces";
    private static final String RULES = "rules";
    private static final String OWNERS = "owners";
    private static final String ALL = "all";
    private static final List<String> ACTIONS = List.of("list", "get", "set", "delete", "test", "import", "export");
    private static final List<String> COLUMNS = List.of("of", "permission", "action", "topics", "more");
    private static final List<String> SHOWN = List.of("permission", "action", "topics");
    /** Options that say whose the rules are, by the words of the API. */
    private static final Map<String, String> OPTIONS =
            Map.of("client", "--client-id", "user", "--username", "role", "--role");

    private static final String FILE = "--file";

    private final PrintStream out;

    RulesCommand(PrintStream out) {
        super(RULES, ACTIONS, "namespace");
        this.out = out;
    }

    @Override
    public String description() {
        return String.join(
                "%n",
                "Rules say what clients of a namespace may publish and subscribe to.",
                "  rules list NAMESPACE",
                "  rules get NAMESPACE [--client-id ID | --username NAME | --role ROLE]",
                "  rules set NAMESPACE [--client-id ID | --username NAME | --role ROLE] --rules JSON | --file FILE",
                "  rules delete NAMESPACE [--client-id ID | --username NAME | --role ROLE | --everything]",
                "  rules test NAMESPACE --action publish|subscribe --topic TOPIC [--qos N] [--retain]",
                "      [--client-id ID] [--username NAME] [--role ROLE] [--address ADDRESS] [--certificate-cn NAME]",
                "  rules export NAMESPACE [--file FILE]",
                "  rules import NAMESPACE --file FILE",
                "Without a client, user or role, the rules are those of all clients of the namespace.");
    }

    @Override
    public List<ParameterDescriptor> parameters() {
        List<ParameterDescriptor> parameters = new ArrayList<>(List.of(
                Parameters.place(Arguments.ACTION, String.join(", ", ACTIONS)),
                Parameters.place("namespace", "the MQTT namespace, which is a tenant of Pulsar"),
                Parameters.option("--client-id", "whose rules, or in test who asks: the client identifier"),
                Parameters.option("--username", "whose rules, or in test who asks: the user name"),
                Parameters.option("--role", "whose rules, or in test who asks: the Pulsar role"),
                Parameters.option("--rules", "set: an array of rules in JSON"),
                Parameters.option(FILE, "set, import, export: a file with them"),
                Parameters.flag("--everything", "delete: all rules of the namespace"),
                Parameters.option("--action", "test: publish or subscribe"),
                Parameters.option("--topic", "test: the topic, or the filter of the subscription"),
                Parameters.option("--qos", "test: 0 (the preset), 1 or 2"),
                Parameters.flag("--retain", "test: the publish is retained"),
                Parameters.option("--address", "test: the client's IP address"),
                Parameters.option("--certificate-cn", "test: the common name of the client's certificate")));
        parameters.addAll(Parameters.common());
        return parameters;
    }

    @Override
    void run(Arguments arguments, AdminClient client) throws PulsarAdminException {
        String action = arguments.required(Arguments.ACTION, "action: " + String.join(", ", ACTIONS));
        String namespace = arguments.required("namespace", "namespace");
        Text text = new Text(out);
        switch (action) {
            case "list" -> arguments.show(all(client, namespace), out, this::list);
            case "get" ->
                arguments.show(client.get(owner(arguments, namespace), Map.of()), out, answer -> list(owners(answer)));
            case "set" ->
                arguments.show(
                        client.ask("PUT", owner(arguments, namespace), Map.of(), body(rules(arguments))),
                        out,
                        answer -> list(owners(answer)));
            case "delete" ->
                arguments.show(client.ask("DELETE", toDelete(arguments, namespace), Map.of(), null), out, text::fields);
            case "test" ->
                arguments.show(
                        client.ask(
                                "POST", List.of(NAMESPACES, namespace, RULES, "test"), Map.of(), question(arguments)),
                        out,
                        text::fields);
            case "export" -> export(arguments, all(client, namespace).path(OWNERS));
            case "import" -> importAll(arguments, client, namespace);
            default -> throw arguments.wrong("'" + action + "' is no action: " + String.join(", ", ACTIONS));
        }
    }

    /** All pages in one. */
    private static ObjectNode all(AdminClient client, String namespace) throws PulsarAdminException {
        ArrayNode owners = JsonNodeFactory.instance.arrayNode();
        String after = "";
        do {
            JsonNode page = client.get(List.of(NAMESPACES, namespace, RULES), Map.of("after", after));
            page.path(OWNERS).forEach(owners::add);
            after = page.path("next").asText("");
        } while (!after.isEmpty());
        return owners(owners);
    }

    private static ObjectNode owners(JsonNode... owners) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode array = body.putArray(OWNERS);
        for (JsonNode one : owners) {
            if (one.isArray()) {
                one.forEach(array::add);
            } else {
                array.add(one);
            }
        }
        return body;
    }

    private static List<String> owner(Arguments arguments, String namespace) throws PulsarAdminException {
        List<String> path = List.of(NAMESPACES, namespace, RULES, ALL);
        for (Map.Entry<String, String> option : OPTIONS.entrySet()) {
            Optional<String> name = arguments.text(option.getValue());
            if (name.isPresent()
                    && path.size() > List.of(NAMESPACES, namespace, RULES, ALL).size()) {
                throw arguments.wrong("rules are of one client, one user or one role");
            }
            if (name.isPresent()) {
                path = List.of(NAMESPACES, namespace, RULES, option.getKey(), name.get());
            }
        }
        return path;
    }

    private static List<String> toDelete(Arguments arguments, String namespace) throws PulsarAdminException {
        return arguments.flag("--everything") ? List.of(NAMESPACES, namespace, RULES) : owner(arguments, namespace);
    }

    private static JsonNode rules(Arguments arguments) throws PulsarAdminException {
        Optional<String> given = arguments.text("--rules");
        JsonNode rules = given.isPresent() ? json(given.get(), "--rules") : read(arguments);
        return rules.isObject() ? JsonNodeFactory.instance.arrayNode().add(rules) : rules;
    }

    private static ObjectNode body(JsonNode rules) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set(RULES, rules);
        return body;
    }

    private static JsonNode json(String text, String from) throws PulsarAdminException {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw Failure.of(from + " is no JSON", e.getOriginalMessage());
        }
    }

    private static JsonNode read(Arguments arguments) throws PulsarAdminException {
        String file = arguments.required(FILE, "file: name it with " + FILE);
        try {
            return json(Files.readString(Path.of(file)), file);
        } catch (IOException | InvalidPathException e) {
            throw Failure.of("the file " + file + " cannot be read", String.valueOf(e.getMessage()));
        }
    }

    private static ObjectNode question(Arguments arguments) throws PulsarAdminException {
        ObjectNode question = JsonNodeFactory.instance.objectNode();
        question.put("action", arguments.required("--action", "action: --action publish or --action subscribe"));
        question.put("topic", arguments.required("--topic", "topic: name it with --topic"));
        question.put("retain", arguments.flag("--retain"));
        arguments.number("--qos").ifPresent(qos -> question.put("qos", qos));
        arguments.text("--client-id").ifPresent(id -> question.put("clientid", id));
        arguments.text("--username").ifPresent(name -> question.put("username", name));
        arguments.text("--role").ifPresent(role -> question.put("role", role));
        arguments.text("--address").ifPresent(address -> question.put("ipaddr", address));
        arguments.text("--certificate-cn").ifPresent(name -> question.put("cert_cn", name));
        return question;
    }

    private void export(Arguments arguments, JsonNode owners) throws PulsarAdminException {
        Optional<String> file = arguments.text(FILE);
        if (file.isEmpty()) {
            out.println(owners.toPrettyString());
            return;
        }
        try {
            Files.writeString(Path.of(file.get()), owners.toPrettyString() + "\n");
            out.println("wrote the rules of " + owners.size() + " owners to " + file.get());
        } catch (IOException | InvalidPathException e) {
            throw Failure.of("the file " + file.get() + " cannot be written", String.valueOf(e.getMessage()));
        }
    }

    /** Replaces the rules of those who are in the file; others keep theirs. */
    private void importAll(Arguments arguments, AdminClient client, String namespace) throws PulsarAdminException {
        JsonNode owners = read(arguments);
        if (!owners.isArray()) {
            throw Failure.of("the file holds no list of rules", "import reads what export writes");
        }
        for (JsonNode owner : owners) {
            String kind = owner.path("kind").asText();
            List<String> path = new ArrayList<>(List.of(NAMESPACES, namespace, RULES, kind));
            if (!kind.equals(ALL)) {
                path.add(owner.path("name").asText());
            }
            client.ask("PUT", path, Map.of(), body(owner.path(RULES)));
        }
        out.println("set the rules of " + owners.size() + " owners");
    }

    private void list(JsonNode answer) {
        List<JsonNode> rows = new ArrayList<>();
        for (JsonNode owner : answer.path(OWNERS)) {
            String name = owner.path("name").asText();
            for (JsonNode rule : owner.path(RULES)) {
                ObjectNode row = rule.deepCopy();
                ObjectNode more = rule.deepCopy();
                more.remove(SHOWN);
                row.put("of", owner.path("kind").asText() + (name.isEmpty() ? "" : " " + name));
                row.put("more", more.isEmpty() ? "" : more.toString());
                rows.add(row);
            }
        }
        new Text(out).table(rows, COLUMNS);
    }
}
