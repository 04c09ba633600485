package io.magnetar.sink.archive.schema;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;

import io.magnetar.sink.message.StreamMessage;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** Rows that hold messages as they are: columns of the envelope, and the payload in one. Thread: immutable. */
public final class EnvelopeRows implements Rows {
    private static final String PAYLOAD = "payload";

    private final List<EnvelopeColumn> columns;
    private final MessageType type;

    /**
     * @param text whether payloads are texts in UTF-8
     */
    public EnvelopeRows(List<EnvelopeColumn> columns, boolean text) {
        this.columns = List.copyOf(columns);
        List<Type> fields = new ArrayList<>();
        columns.forEach(column -> fields.add(column.type(column.column())));
        fields.add(
                text
                        ? Types.required(BINARY).as(stringType()).named(PAYLOAD)
                        : Types.required(BINARY).named(PAYLOAD));
        type = new MessageType("message", fields);
    }

    @Override
    public MessageType type() {
        return type;
    }

    @Override
    public void write(StreamMessage message, RecordConsumer out) {
        int index = 0;
        for (EnvelopeColumn column : columns) {
            column.write(message, column.column(), index++, out);
        }
        out.startField(PAYLOAD, index);
        out.addBinary(Binary.fromConstantByteArray(message.payload()));
        out.endField(PAYLOAD, index);
    }
}
