package io.magnetar.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Namespaces with their settings as they are exported and imported: in JSON a list of objects; in CSV a row each, with roles and clusters
 * separated by semicolons and a column for each property that any of them has. Stateless.
 */
final class NamespaceTable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NAME = "namespace";
    private static final List<String> LISTS = List.of("adminRoles", "allowedClusters");
    private static final String PROPERTIES = "properties";
    private static final String SEPARATOR = ";";
    private static final String PROPERTY = "mqtt.";

    private NamespaceTable() {}

    /** What is exported of a namespace as the API shows it. */
    static ObjectNode entry(JsonNode shown) {
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        entry.put(NAME, shown.path(NAME).asText());
        LISTS.forEach(list -> entry.set(list, shown.path(list)));
        entry.set(PROPERTIES, shown.path(PROPERTIES));
        return entry;
    }

    static String json(List<ObjectNode> entries) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        all.addAll(entries);
        return all.toPrettyString();
    }

    /** @throws IllegalArgumentException when a role or a cluster cannot be in a list of a cell */
    static String csv(List<ObjectNode> entries) {
        TreeSet<String> properties = new TreeSet<>();
        entries.forEach(entry -> entry.path(PROPERTIES).fieldNames().forEachRemaining(properties::add));
        List<String> titles = new ArrayList<>(List.of(NAME));
        titles.addAll(LISTS);
        titles.addAll(properties);
        List<String> lines = new ArrayList<>(List.of(Csv.line(titles)));
        for (ObjectNode entry : entries) {
            List<String> cells = new ArrayList<>(List.of(entry.path(NAME).asText()));
            LISTS.forEach(list -> cells.add(joined(entry.path(list))));
            properties.forEach(
                    property -> cells.add(entry.path(PROPERTIES).path(property).asText("")));
            lines.add(Csv.line(cells));
        }
        return String.join("\n", lines);
    }

    private static String joined(JsonNode list) {
        List<String> names = new ArrayList<>();
        list.forEach(each -> names.add(each.asText()));
        names.stream().filter(name -> name.contains(SEPARATOR)).findFirst().ifPresent(name -> {
            throw new IllegalArgumentException("'" + name + "' has a semicolon: export as JSON");
        });
        return String.join(SEPARATOR, names);
    }

    /** @throws IllegalArgumentException when it is neither, or has no name somewhere */
    static List<ObjectNode> read(String text) {
        List<ObjectNode> entries = text.stripLeading().startsWith("[") ? ofJson(text) : ofCsv(text);
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).path(NAME).asText("").isEmpty()) {
                throw new IllegalArgumentException("entry " + (i + 1) + " has no " + NAME);
            }
        }
        return entries;
    }

    private static List<ObjectNode> ofJson(String text) {
        List<ObjectNode> entries = new ArrayList<>();
        try {
            for (JsonNode each : JSON.readTree(text)) {
                if (!each.isObject()) {
                    throw new IllegalArgumentException("the JSON is no list of objects");
                }
                entries.add(entryGiven(each));
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the JSON is wrong: " + e.getOriginalMessage(), e);
        }
        return entries;
    }

    private static ObjectNode entryGiven(JsonNode given) {
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        given.fields().forEachRemaining(field -> {
            if (!field.getKey().equals(NAME) && !field.getKey().equals(PROPERTIES) && !LISTS.contains(field.getKey())) {
                throw new IllegalArgumentException("'" + field.getKey() + "' is nothing that a namespace has here");
            }
            entry.set(field.getKey(), field.getValue());
        });
        return entry;
    }

    private static List<ObjectNode> ofCsv(String text) {
        List<List<String>> rows = Csv.rows(text);
        if (rows.isEmpty() || !rows.get(0).contains(NAME)) {
            throw new IllegalArgumentException("the first row has the titles: " + NAME + "," + String.join(",", LISTS)
                    + " and properties such as mqtt.max-connections");
        }
        List<String> titles = rows.get(0);
        List<ObjectNode> entries = new ArrayList<>();
        for (List<String> row : rows.subList(1, rows.size())) {
            if (row.size() != titles.size()) {
                throw new IllegalArgumentException(
                        "row " + (entries.size() + 2) + " has " + row.size() + " cells, not " + titles.size());
            }
            entries.add(ofRow(titles, row));
        }
        return entries;
    }

    /** An empty cell says nothing. */
    private static ObjectNode ofRow(List<String> titles, List<String> row) {
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < titles.size(); i++) {
            String title = titles.get(i);
            String cell = row.get(i).strip();
            if (title.equals(NAME)) {
                entry.put(NAME, cell);
            } else if (LISTS.contains(title)) {
                if (!cell.isEmpty()) {
                    List.of(cell.split(SEPARATOR)).forEach(entry.withArray(title)::add);
                }
            } else if (!title.startsWith(PROPERTY)) {
                throw new IllegalArgumentException("'" + title + "' is nothing that a namespace has here");
            } else if (!cell.isEmpty()) {
                entry.withObject("/" + PROPERTIES).put(title, cell);
            }
        }
        return entry;
    }
}
