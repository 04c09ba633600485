package io.magnetar.sink.archive.schema;

import io.magnetar.sink.message.StreamMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** Rows with a column for each field of JSON payloads, behind columns of the envelope. Thread: immutable. */
public final class JsonRows implements Rows {
    /** What the names of the envelope's columns begin with, so that they stay apart from those of payloads. */
    private static final String PREFIX = "_";

    private final List<EnvelopeColumn> envelope;
    private final JsonColumn.GroupColumn payload;
    private final MessageType type;

    /** What a column of the envelope is called beside those of payloads. */
    public static String envelopeName(EnvelopeColumn column) {
        return PREFIX + column.column();
    }

    JsonRows(List<EnvelopeColumn> envelope, JsonType.Struct payload) {
        this.envelope = List.copyOf(envelope);
        this.payload = (JsonColumn.GroupColumn) JsonColumn.of(payload);
        List<Type> fields = new ArrayList<>();
        envelope.forEach(column -> fields.add(column.type(envelopeName(column))));
        fields.addAll(Arrays.asList(this.payload.types()));
        type = new MessageType("message", fields);
    }

    @Override
    public MessageType type() {
        return type;
    }

    @Override
    public void write(StreamMessage message, RecordConsumer out) {
        int index = 0;
        for (EnvelopeColumn column : envelope) {
            column.write(message, envelopeName(column), index++, out);
        }
        payload.writeFields(message.json(), index, out);
    }
}
