package io.magnetar.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A row of a file of the demo's data, which has a line of column names and no quotes.
 *
 * @param columns the names of the columns
 * @param values as many values
 */
record CsvRow(List<String> columns, List<String> values) {
    CsvRow {
        if (values.size() != columns.size()) {
            throw new IllegalArgumentException(values.size() + " values in a row of " + columns.size() + " columns");
        }
    }

    /** The rows of a file that the program carries. */
    static List<CsvRow> of(String file) {
        InputStream resource = CsvRow.class.getResourceAsStream("/weather/" + file);
        if (resource == null) {
            throw new IllegalStateException("the class path lacks weather/" + file);
        }
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
            List<List<String>> lines = reader.lines().map(CsvRow::fields).toList();
            return lines.stream()
                    .skip(1)
                    .map(values -> new CsvRow(lines.get(0), values))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> fields(String line) {
        return Arrays.asList(line.split(",", -1));
    }

    String text(String column) {
        int index = columns.indexOf(column);
        if (index < 0) {
            throw new IllegalArgumentException("there is no column " + column + " in " + columns);
        }
        return values.get(index);
    }

    Double number(String column) {
        return Double.valueOf(text(column));
    }
}
