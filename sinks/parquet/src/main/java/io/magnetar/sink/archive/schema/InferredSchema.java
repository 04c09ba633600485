package io.magnetar.sink.archive.schema;

import com.fasterxml.jackson.databind.JsonNode;
import io.magnetar.sink.delivery.BadRecord;
import io.magnetar.sink.message.StreamMessage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Columns as the JSON payloads of a topic have them, widening as they come.
 *
 * <p>Thread: one at a time.
 */
public final class InferredSchema implements RowSchema {
    private final List<EnvelopeColumn> envelope;
    private final Set<String> envelopeNames;
    private final int maxColumns;
    private JsonType.Struct payload = new JsonType.Struct(Map.of());
    private @Nullable Rows rows;

    /**
     * @param maxColumns that payloads may have together; a message beyond it is a bad record
     */
    public InferredSchema(List<EnvelopeColumn> envelope, int maxColumns) {
        this.envelope = envelope;
        this.maxColumns = maxColumns;
        envelopeNames = envelope.stream().map(JsonRows::envelopeName).collect(Collectors.toSet());
    }

    @Override
    public boolean accept(StreamMessage message) throws BadRecord {
        JsonNode json = message.json();
        if (!json.isObject()) {
            throw new BadRecord(
                    json.isMissingNode() ? "the payload is no JSON" : "the payload is JSON, but no object with fields");
        }
        JsonType widened = payload.widen(JsonType.of(json));
        if (widened == payload) {
            return true;
        }
        JsonType.Struct struct = (JsonType.Struct) widened;
        if (struct.columns() > maxColumns) {
            throw new BadRecord("with the fields of the payload the files would have more than " + maxColumns
                    + " columns (maxColumns)");
        }
        if (struct.fields().containsKey(Rows.POSITIONS)) {
            throw new BadRecord("the payload has a field " + Rows.POSITIONS + ", which is a name of the archive's own");
        }
        for (String name : struct.fields().keySet()) {
            if (envelopeNames.contains(name)) {
                throw new BadRecord(
                        "the payload has a field " + name + ", which is a column of the envelope (envelope)");
            }
        }
        payload = struct;
        rows = null;
        return false;
    }

    @Override
    public Rows rows() {
        Rows made = rows;
        if (made == null) {
            made = new JsonRows(envelope, payload);
            rows = made;
        }
        return made;
    }

    @Override
    public boolean learns() {
        return true;
    }
}
