package io.magnetar.sink.archive.schema.avro;

import io.magnetar.sink.archive.schema.EnvelopeColumn;
import io.magnetar.sink.archive.schema.RowSchema;
import io.magnetar.sink.archive.schema.Rows;
import io.magnetar.sink.delivery.BadRecord;
import io.magnetar.sink.message.StreamMessage;
import java.util.List;
import org.apache.avro.Schema;

/** One Avro schema for all payloads. Thread: one at a time. */
public final class GivenSchema implements RowSchema {
    private final AvroRows rows;

    /**
     * @param json whether payloads are plain JSON, not Avro's binary encoding
     * @throws IllegalArgumentException when files cannot have the schema
     */
    public GivenSchema(Schema schema, boolean json, List<EnvelopeColumn> envelope) {
        rows = new AvroRows(envelope, schema, json ? AvroPayload.json(schema) : AvroPayload.binary(schema));
    }

    @Override
    public boolean accept(StreamMessage message) throws BadRecord {
        rows.decode(message);
        return true;
    }

    @Override
    public Rows rows() {
        return rows;
    }

    @Override
    public boolean learns() {
        return false;
    }
}
