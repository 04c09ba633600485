package io.magnetar.sink.archive.file;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;

/** Rows as JSON, one on each line. Thread: one at a time. */
final class JsonLines implements TextFileWriting.Lines {
    private static final ObjectWriter JSON =
            JsonMapper.builder().build().writer().without(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

    private final OutputStream out;

    JsonLines(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(ObjectNode row) throws IOException {
        out.write(JSON.writeValueAsBytes(row));
        out.write('\n');
    }

    @Override
    public void flush() {}
}
