package io.magnetar.sink.archive.schema.avro;

import io.magnetar.sink.archive.schema.EnvelopeColumn;
import io.magnetar.sink.archive.schema.JsonRows;
import io.magnetar.sink.archive.schema.Rows;
import io.magnetar.sink.delivery.BadRecord;
import io.magnetar.sink.message.StreamMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Rows with a column for each field of an Avro record, behind columns of the envelope.
 *
 * <p>Thread: one at a time.
 */
final class AvroRows implements Rows {
    private final List<EnvelopeColumn> envelope;
    private final AvroColumn.GroupColumn record;
    private final MessageType type;
    private final AvroPayload payload;
    private @Nullable StreamMessage decodedOf;
    private @Nullable IndexedRecord decoded;

    /**
     * @throws IllegalArgumentException when files cannot have the schema
     */
    AvroRows(List<EnvelopeColumn> envelope, Schema schema, AvroPayload payload) {
        if (schema.getType() != Schema.Type.RECORD) {
            throw new IllegalArgumentException(
                    "it is the schema of a " + schema.getType().getName() + ", and files have the columns of a record");
        }
        this.envelope = List.copyOf(envelope);
        this.payload = payload;
        record = (AvroColumn.GroupColumn) AvroColumn.of(schema);
        List<Type> fields = new ArrayList<>();
        for (EnvelopeColumn column : envelope) {
            String name = JsonRows.envelopeName(column);
            if (schema.getField(name) != null) {
                throw new IllegalArgumentException(
                        "it has a field " + name + ", which is a column of the envelope (envelope)");
            }
            fields.add(column.type(name));
        }
        fields.addAll(Arrays.asList(record.types()));
        type = new MessageType("message", fields);
    }

    /**
     * Decodes a payload, which is kept for {@link #write}.
     *
     * @throws BadRecord when it is none of the schema
     */
    void decode(StreamMessage message) throws BadRecord {
        decoded = payload.decode(message);
        decodedOf = message;
    }

    @Override
    public MessageType type() {
        return type;
    }

    @Override
    public void write(StreamMessage message, RecordConsumer out) {
        IndexedRecord row = decoded;
        if (row == null || decodedOf != message) {
            throw new IllegalStateException("a message is written right after it was accepted");
        }
        int index = 0;
        for (EnvelopeColumn column : envelope) {
            column.write(message, JsonRows.envelopeName(column), index++, out);
        }
        record.writeFields(row, index, out);
    }
}
