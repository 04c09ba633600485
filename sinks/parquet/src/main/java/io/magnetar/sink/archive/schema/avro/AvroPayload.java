package io.magnetar.sink.archive.schema.avro;

import com.fasterxml.jackson.databind.JsonNode;
import io.magnetar.sink.delivery.BadRecord;
import io.magnetar.sink.message.StreamMessage;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.IndexedRecord;

/** How a payload becomes a record of an Avro schema. Thread: one at a time. */
interface AvroPayload {
    /**
     * @throws BadRecord when it is none
     */
    IndexedRecord decode(StreamMessage message) throws BadRecord;

    /** Avro's binary encoding, one record and nothing else. */
    static AvroPayload binary(Schema schema) {
        GenericDatumReader<IndexedRecord> reader = new GenericDatumReader<>(schema);
        return message -> {
            BoundedDecoder decoder = new BoundedDecoder(message.payload());
            try {
                IndexedRecord record = reader.read(null, decoder);
                if (!decoder.isEnd()) {
                    throw new BadRecord("the payload goes on behind a record of the Avro schema");
                }
                return record;
            } catch (IOException | RuntimeException e) {
                // Avro has many ways to say that bytes are not of a schema.
                throw new BadRecord("the payload is no Avro of the schema " + schema.getFullName() + ": "
                        + e.getClass().getSimpleName());
            }
        };
    }

    /** Plain JSON. */
    static AvroPayload json(Schema schema) {
        return message -> {
            JsonNode json = message.json();
            if (json.isMissingNode()) {
                throw new BadRecord("the payload is no JSON");
            }
            if (JsonDatum.of(json, schema, "") instanceof IndexedRecord record) {
                return record;
            }
            throw new BadRecord("the payload is no JSON object");
        };
    }
}
