package io.magnetar.sink.archive.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.magnetar.sink.archive.schema.Rows;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.QuoteMode;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Rows as CSV: all but numbers in quotes, no value as nothing between the commas, lists, maps and groups as JSON.
 *
 * <p>Thread: one at a time.
 */
final class CsvLines implements TextFileWriting.Lines {
    private static final CSVFormat FORMAT = CSVFormat.RFC4180
            .builder()
            .setQuoteMode(QuoteMode.NON_NUMERIC)
            .setRecordSeparator('\n')
            .build();

    private final CSVPrinter printer;
    private final List<String> columns = new ArrayList<>();

    /**
     * @param withPositions whether there is a column for the positions, behind the others
     */
    CsvLines(OutputStream out, MessageType type, boolean withPositions) throws IOException {
        printer = new CSVPrinter(new OutputStreamWriter(out, StandardCharsets.UTF_8), FORMAT);
        for (Type field : type.getFields()) {
            columns.add(field.getName());
        }
        if (withPositions) {
            columns.add(Rows.POSITIONS);
        }
        printer.printRecord(columns);
    }

    @Override
    public void write(ObjectNode row) throws IOException {
        for (String column : columns) {
            printer.print(value(row.get(column)));
        }
        printer.println();
    }

    private static @Nullable Object value(@Nullable JsonNode value) {
        if (value == null || value.isNull()) {
            return null;
        }
        if (value.isNumber()) {
            return value.numberValue();
        }
        return value.isValueNode() ? value.asText() : value.toString();
    }

    @Override
    public void flush() throws IOException {
        printer.flush();
    }
}
