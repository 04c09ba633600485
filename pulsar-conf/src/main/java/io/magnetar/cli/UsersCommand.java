package io.magnetar.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pulsar.admin.cli.extensions.ParameterDescriptor;
import org.apache.pulsar.client.admin.PulsarAdminException;

/** {@code pulsar-admin mqtt users}: who may connect, of those whom the brokers keep. Thread: the command's. */
final class UsersCommand extends AdminCommand {
    private static final String USERS = "users";
    private static final List<String> ACTIONS = List.of("list", "get", "create", "set", "delete", "import", "export");
    private static final String NAMESPACE = "namespace";
    private static final String USERNAME = "--username";
    private static final String GLOBAL = "--global";
    private static final String PASSWORD = "--password";
    private static final String PASSWORD_FILE = "--password-file";
    private static final String FILE = "--file";
    private static final List<String> COLUMNS = List.of("username", "password", "scram", "superuser");
    /** What the API takes at once. */
    private static final int BATCH = 50;

    private final PrintStream out;

    UsersCommand(PrintStream out) {
        super(USERS, ACTIONS, NAMESPACE);
        this.out = out;
    }

    @Override
    public String description() {
        return String.join(
                "%n",
                "Users whom the brokers keep, and who may connect where mqttAuthentication names the source users.",
                "  users list NAMESPACE [--after USER] [--limit N]",
                "  users get NAMESPACE --username USER",
                "  users create NAMESPACE --username USER --password-file FILE|- [--scram] [--superuser true|false]",
                "  users create NAMESPACE --username USER --password-hash HASH [--superuser true|false]",
                "  users set NAMESPACE --username USER [the same]",
                "  users delete NAMESPACE --username USER",
                "  users import NAMESPACE --file FILE [--algorithm ALGORITHM] [--iterations N]",
                "  users export NAMESPACE [--file FILE] [--format json|csv]",
                "With --global instead of NAMESPACE: the users of no namespace.");
    }

    @Override
    public List<ParameterDescriptor> parameters() {
        List<ParameterDescriptor> parameters = new ArrayList<>(List.of(
                Parameters.place(Arguments.ACTION, String.join(", ", ACTIONS)),
                Parameters.place(NAMESPACE, "the MQTT namespace, which is a tenant of Pulsar"),
                Parameters.flag(GLOBAL, "instead of a namespace: the users of no namespace"),
                Parameters.option(USERNAME, "get, create, set, delete: the name of the user"),
                Parameters.option(
                        PASSWORD_FILE, "create, set: a file whose first line is the password; - for standard input"),
                Parameters.option(PASSWORD, "create, set: the password; who sees the machine's processes sees it"),
                Parameters.option(
                        "--password-hash", "create, set: what the password is hashed to: ours, bcrypt, Mosquitto's"),
                Parameters.flag("--scram", "create, set: the user may authenticate by SCRAM, too"),
                Parameters.option("--superuser", "create, set: true or false: it may do everything in its namespace"),
                Parameters.option(FILE, "import, export: CSV when it ends with .csv, else JSON"),
                Parameters.option("--format", "export: json (the preset) or csv"),
                Parameters.option(
                        "--algorithm",
                        "import: what columns with the salt and the digest in hexadecimal are made with: sha256-prefix,"
                                + " sha256-suffix, sha512-prefix, sha512-suffix, pbkdf2-sha256, pbkdf2-sha512 or bcrypt"),
                Parameters.option("--iterations", "import: the iterations of PBKDF2"),
                Parameters.option("--after", "list: goes on behind this user"),
                Parameters.option("--limit", "list: how many, up to 1000 (100)")));
        parameters.addAll(Parameters.common());
        return parameters;
    }

    @Override
    void run(Arguments arguments, AdminClient client) throws PulsarAdminException {
        String action = arguments.required(Arguments.ACTION, "action: " + String.join(", ", ACTIONS));
        switch (action) {
            case "list" -> arguments.show(client.get(path(arguments), page(arguments)), out, this::list);
            case "get" -> fields(arguments, client.get(user(arguments), Map.of()));
            case "create" -> fields(arguments, client.ask("PUT", user(arguments), Map.of(), described(arguments)));
            case "set" -> fields(arguments, client.ask("PATCH", user(arguments), Map.of(), described(arguments)));
            case "delete" -> fields(arguments, client.ask("DELETE", user(arguments), Map.of(), null));
            case "import" -> takeIn(arguments, client);
            case "export" -> export(arguments, client);
            default -> throw arguments.wrong("'" + action + "' is no action: " + String.join(", ", ACTIONS));
        }
    }

    private static List<String> path(Arguments arguments) throws PulsarAdminException {
        Optional<String> namespace = arguments.text(NAMESPACE);
        if (arguments.flag(GLOBAL)) {
            if (namespace.isPresent()) {
                throw arguments.wrong("there is a namespace and " + GLOBAL);
            }
            return List.of(USERS);
        }
        return List.of(
                "namespaces",
                namespace.orElseThrow(() -> arguments.wrong("there is no namespace: name it, or say " + GLOBAL)),
                USERS);
    }

    private static List<String> user(Arguments arguments) throws PulsarAdminException {
        List<String> path = new ArrayList<>(path(arguments));
        path.add(arguments.required(USERNAME, "user: name it with " + USERNAME));
        return path;
    }

    private static Map<String, String> page(Arguments arguments) throws PulsarAdminException {
        Map<String, String> page = new LinkedHashMap<>();
        arguments.text("--after").ifPresent(after -> page.put("after", after));
        arguments.number("--limit").ifPresent(limit -> page.put("limit", limit.toString()));
        return page;
    }

    private static ObjectNode described(Arguments arguments) throws PulsarAdminException {
        ObjectNode user = JsonNodeFactory.instance.objectNode();
        arguments.text(PASSWORD).ifPresent(password -> user.put("password", password));
        Optional<String> file = arguments.text(PASSWORD_FILE);
        if (file.isPresent()) {
            user.put("password", firstLine(file.get()));
        }
        arguments.text("--password-hash").ifPresent(hash -> user.put("passwordHash", hash));
        if (arguments.flag("--scram")) {
            user.put("scram", true);
        }
        Optional<String> superuser = arguments.text("--superuser");
        if (superuser.isPresent()) {
            if (!superuser.get().equals("true") && !superuser.get().equals("false")) {
                throw arguments.wrong("--superuser is true or false");
            }
            user.put("superuser", superuser.get().equals("true"));
        }
        return user;
    }

    private static String firstLine(String file) throws PulsarAdminException {
        try {
            String all =
                    file.equals("-") ? new String(System.in.readAllBytes(), UTF_8) : Files.readString(Path.of(file));
            return all.lines().findFirst().orElse("");
        } catch (IOException e) {
            throw Failure.of("the password cannot be read from " + file, String.valueOf(e.getMessage()));
        }
    }

    private void takeIn(Arguments arguments, AdminClient client) throws PulsarAdminException {
        String file = arguments.required(FILE, "file: name it with " + FILE);
        List<ObjectNode> users = UserFile.read(
                file,
                arguments.text("--algorithm").orElse(null),
                arguments.text("--iterations").orElse(null));
        int imported = 0;
        ArrayNode refused = JsonNodeFactory.instance.arrayNode();
        for (int from = 0; from < users.size(); from += BATCH) {
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            users.subList(from, Math.min(users.size(), from + BATCH)).forEach(body.putArray(USERS)::add);
            JsonNode answer = client.ask("POST", path(arguments), Map.of(), body);
            imported += answer.path("imported").asInt();
            answer.path("refused").forEach(refused::add);
        }
        ObjectNode result = JsonNodeFactory.instance.objectNode().put("imported", imported);
        result.set("refused", refused);
        arguments.show(result, out, this::imported);
        if (!refused.isEmpty()) {
            throw Failure.of(refused.size() + " users of " + file + " are not imported", "the reasons are above");
        }
    }

    private void imported(JsonNode result) {
        Text text = new Text(out);
        text.line(result.path("imported").asInt() + " users are imported");
        if (!result.path("refused").isEmpty()) {
            text.table(result.path("refused"), List.of("username", "reason"));
        }
    }

    private void export(Arguments arguments, AdminClient client) throws PulsarAdminException {
        Optional<String> file = arguments.text(FILE);
        boolean csv = arguments
                .text("--format")
                .map("csv"::equals)
                .orElse(file.filter(name -> name.endsWith(".csv")).isPresent());
        ArrayNode users = JsonNodeFactory.instance.arrayNode();
        String after = "";
        JsonNode page;
        do {
            page = client.get(path(arguments), Map.of("hashes", "true", "limit", "1000", "after", after));
            page.path(USERS).forEach(users::add);
            after = page.path("next").asText();
        } while (page.has("next"));
        String written = UserFile.write(users, csv);
        if (file.isEmpty()) {
            out.print(written);
            return;
        }
        try {
            writeSecret(Path.of(file.get()), written);
        } catch (IOException e) {
            throw Failure.of(file.get() + " cannot be written", String.valueOf(e.getMessage()));
        }
        new Text(out).line(users.size() + " users are exported to " + file.get());
    }

    /** A file that is made for them is its owner's alone: hashes can be tried. */
    private static void writeSecret(Path file, String text) throws IOException {
        boolean hasOwners = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        if (hasOwners && Files.notExists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(file, text);
    }

    private void list(JsonNode answer) {
        Text text = new Text(out);
        text.table(answer.path(USERS), COLUMNS);
        if (answer.has("next")) {
            text.line("there are more: --after "
                    + Text.printable(answer.path("next").asText()));
        }
    }

    private void fields(Arguments arguments, JsonNode answer) {
        arguments.show(answer, out, new Text(out)::fields);
    }
}
