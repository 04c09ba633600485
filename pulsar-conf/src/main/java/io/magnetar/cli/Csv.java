package io.magnetar.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows of CSV, RFC 4180: values with commas, quotes or line ends are in quotes, and a quote in them is doubled. Stateless. */
final class Csv {
    private Csv() {}

    /** @throws IllegalArgumentException when a quote is not closed */
    static List<List<String>> read(String text) {
        List<List<String>> rows = new ArrayList<>();
        List<String> row = new ArrayList<>();
        StringBuilder value = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                if (c != '"') {
                    value.append(c);
                } else if (i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    value.append('"');
                    i++;
                } else {
                    quoted = false;
                }
            } else if (c == '"' && value.length() == 0) {
                quoted = true;
            } else if (c == ',') {
                row.add(take(value));
            } else if (c == '\n') {
                end(rows, row, value);
                row = new ArrayList<>();
            } else if (c != '\r') {
                value.append(c);
            }
        }
        if (quoted) {
            throw new IllegalArgumentException("a quote is not closed");
        }
        end(rows, row, value);
        return rows;
    }

    private static String take(StringBuilder value) {
        String taken = value.toString();
        value.setLength(0);
        return taken;
    }

    /** An empty line is none. */
    private static void end(List<List<String>> rows, List<String> row, StringBuilder value) {
        if (!row.isEmpty() || value.length() > 0) {
            row.add(take(value));
            rows.add(row);
        }
    }

    static void write(List<String> row, StringBuilder text) {
        String separator = "";
        for (String value : row) {
            text.append(separator);
            separator = ",";
            if (value.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')) {
                text.append('"').append(value.replace("\"", "\"\"")).append('"');
            } else {
                text.append(value);
            }
        }
        text.append('\n');
    }
}
