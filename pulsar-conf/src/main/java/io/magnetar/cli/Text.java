package io.magnetar.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Answers for people: labelled fields and tables. What clients chose never controls the terminal. Thread: the command's. */
final class Text {
    private static final String GAP = "  ";

    private final PrintStream out;

    Text(PrintStream out) {
        this.out = out;
    }

    void line(String line) {
        out.println(line);
    }

    /** Every value of an object with its name, objects in it by their names with dots. */
    void fields(JsonNode object) {
        List<List<String>> rows = new ArrayList<>();
        gather("", object, rows);
        aligned(rows);
    }

    private static void gather(String prefix, JsonNode object, List<List<String>> rows) {
        for (Iterator<Map.Entry<String, JsonNode>> fields = object.fields(); fields.hasNext(); ) {
            Map.Entry<String, JsonNode> field = fields.next();
            String name = prefix + field.getKey();
            if (field.getValue().isObject()) {
                gather(name + ".", field.getValue(), rows);
            } else {
                rows.add(List.of(printable(name) + ":", printable(value(field.getValue()))));
            }
        }
    }

    /** @param columns the names of fields, which are the titles as well */
    void table(Iterable<JsonNode> rows, List<String> columns) {
        List<List<String>> cells = new ArrayList<>();
        cells.add(columns);
        for (JsonNode row : rows) {
            cells.add(columns.stream()
                    .map(column -> printable(value(row.path(column))))
                    .toList());
        }
        aligned(cells);
    }

    private static String value(JsonNode value) {
        if (value.isArray()) {
            List<String> items = new ArrayList<>();
            value.forEach(item -> items.add(value(item)));
            return String.join(", ", items);
        }
        return value.isContainerNode() ? value.toString() : value.asText("");
    }

    private void aligned(List<List<String>> rows) {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                line.append(row.get(i))
                        .append(" ".repeat(widths[i] - row.get(i).length()))
                        .append(GAP);
            }
            out.println(line.toString().stripTrailing());
        }
    }

    /** Control and format characters as escapes. */
    static String printable(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            int type = Character.getType(c);
            if (type == Character.CONTROL || type == Character.FORMAT || type == Character.LINE_SEPARATOR) {
                printable.append(String.format("\\u%04x", c));
            } else {
                printable.appendCodePoint(c);
            }
        });
        return printable.toString();
    }
}
