package io.magnetar.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.jspecify.annotations.Nullable;

/**
 * Users in files: a list in JSON, or rows of CSV. The columns are those of our own exports, and of EMQX's: {@code user_id},
 * {@code password}, {@code password_hash}, {@code salt} and {@code is_superuser}. Stateless.
 */
final class UserFile {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SUPERUSER = "superuser";
    private static final List<String> SCRAM = List.of("SCRAM-SHA-256", "SCRAM-SHA-512");
    /** EMQX's names, and ours. */
    private static final Map<String, String> NAMES =
            Map.of("user_id", "username", "password_hash", "digest", "is_superuser", SUPERUSER);

    private UserFile() {}

    /**
     * @param algorithm of digests in columns of their own, or null
     * @param iterations of PBKDF2, or null
     */
    static List<ObjectNode> read(String file, @Nullable String algorithm, @Nullable String iterations)
            throws PulsarAdminException {
        List<ObjectNode> users = new ArrayList<>();
        try {
            String text = Files.readString(Path.of(file));
            for (JsonNode one : file.endsWith(".csv") ? rows(text) : list(text)) {
                users.add(user(one, algorithm, iterations));
            }
        } catch (IOException e) {
            throw Failure.of(file + " cannot be read", String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw Failure.of(file + " is no file of users", String.valueOf(e.getMessage()));
        }
        return users;
    }

    private static Iterable<JsonNode> list(String text) {
        try {
            JsonNode list = JSON.readTree(text);
            if (list.isArray()) {
                return list;
            }
        } catch (IOException e) {
            // Without the text, which has passwords.
        }
        throw new IllegalArgumentException("a file of JSON has a list of users");
    }

    private static List<JsonNode> rows(String text) {
        List<List<String>> rows = Csv.rows(text);
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("the first line of CSV names the columns");
        }
        List<String> columns = rows.get(0);
        List<JsonNode> users = new ArrayList<>();
        for (int line = 1; line < rows.size(); line++) {
            List<String> row = rows.get(line);
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException("row " + (line + 1) + " has " + row.size()
                        + " values, and there are " + columns.size() + " columns");
            }
            ObjectNode user = JsonNodeFactory.instance.objectNode();
            for (int i = 0; i < columns.size(); i++) {
                if (!row.get(i).isEmpty()) {
                    user.put(columns.get(i).strip(), row.get(i));
                }
            }
            users.add(user);
        }
        return users;
    }

    private static ObjectNode user(JsonNode given, @Nullable String algorithm, @Nullable String iterations) {
        ObjectNode user = JsonNodeFactory.instance.objectNode();
        given.fields()
                .forEachRemaining(
                        field -> user.set(NAMES.getOrDefault(field.getKey(), field.getKey()), field.getValue()));
        if (user.path(SUPERUSER).isTextual()) {
            user.put(SUPERUSER, user.path(SUPERUSER).asText().equals("true"));
        }
        for (String method : SCRAM) {
            if (user.path(method).isTextual()) {
                user.set(method, credential(method, user.path(method).asText()));
            }
        }
        if (user.has("digest")) {
            if (algorithm == null && !user.has("algorithm")) {
                throw new IllegalArgumentException("it has digests of passwords: say with --algorithm what made them");
            }
            if (algorithm != null) {
                user.put("algorithm", algorithm);
            }
            if (iterations != null) {
                user.put("iterations", iterations);
            }
        }
        return user;
    }

    /** In CSV a credential is its four parts with spaces between them. */
    private static ObjectNode credential(String method, String written) {
        String[] parts = written.split(" ", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException(method + " is <iterations> <salt> <stored key> <server key>");
        }
        return JsonNodeFactory.instance
                .objectNode()
                .put("iterations", parts[0])
                .put("salt", parts[1])
                .put("storedKey", parts[2])
                .put("serverKey", parts[3]);
    }

    static String write(ArrayNode users, boolean csv) {
        if (!csv) {
            return users.toPrettyString() + "\n";
        }
        StringBuilder text = new StringBuilder();
        List<String> columns = List.of("username", "passwordHash", SCRAM.get(0), SCRAM.get(1), SUPERUSER);
        text.append(Csv.line(columns)).append('\n');
        for (JsonNode user : users) {
            Map<String, String> row = new LinkedHashMap<>();
            for (String column : columns) {
                JsonNode value = user.path(column);
                row.put(
                        column,
                        value.isObject()
                                ? String.join(
                                        " ",
                                        value.path("iterations").asText(),
                                        value.path("salt").asText(),
                                        value.path("storedKey").asText(),
                                        value.path("serverKey").asText())
                                : value.asText(""));
            }
            text.append(Csv.line(List.copyOf(row.values()))).append('\n');
        }
        return text.toString();
    }
}
