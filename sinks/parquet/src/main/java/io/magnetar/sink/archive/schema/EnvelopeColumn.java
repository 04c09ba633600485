package io.magnetar.sink.archive.schema;

import static org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit.MICROS;
import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.timestampType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BOOLEAN;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import io.magnetar.sink.message.StreamMessage;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** What a message has beside its payload, as columns. */
public enum EnvelopeColumn {
    TOPIC(EnvelopeColumn::text, (message, out) -> out.addBinary(Binary.fromString(message.topic()))),
    KEY(StreamMessage::key),
    TS(
            name -> Types.required(INT64).as(timestampType(true, MICROS)).named(name),
            (message, out) -> out.addLong(message.timestampMicros())),
    QOS(name -> Types.required(INT32).named(name), (message, out) -> out.addInteger(message.qos())),
    RETAIN(name -> Types.required(BOOLEAN).named(name), (message, out) -> out.addBoolean(message.retain())),
    CLIENT_ID(StreamMessage::clientId),
    USERNAME(StreamMessage::username),
    CONTENT_TYPE(StreamMessage::contentType),
    PROPERTIES(EnvelopeColumn::map, (message, out) -> write(message.userProperties(), out)),
    POSITION(
            EnvelopeColumn::text,
            (message, out) -> out.addBinary(Binary.fromString(message.position().toString())));

    private static final String KEY_VALUE = "key_value";

    private final Function<String, Type> type;
    private final BiConsumer<StreamMessage, RecordConsumer> value;
    private final boolean always;
    private final Function<StreamMessage, Optional<String>> optional;

    EnvelopeColumn(Function<String, Type> type, BiConsumer<StreamMessage, RecordConsumer> value) {
        this.type = type;
        this.value = value;
        always = true;
        optional = message -> Optional.empty();
    }

    EnvelopeColumn(Function<StreamMessage, Optional<String>> optional) {
        type = name -> Types.optional(BINARY).as(stringType()).named(name);
        value = (message, out) -> {};
        always = false;
        this.optional = optional;
    }

    public Type type(String name) {
        return type.apply(name);
    }

    /** Writes the field, if the message has it. */
    public void write(StreamMessage message, String name, int index, RecordConsumer out) {
        if (always) {
            out.startField(name, index);
            value.accept(message, out);
            out.endField(name, index);
            return;
        }
        optional.apply(message).ifPresent(text -> write(text, name, index, out));
    }

    /** As it is called in files, but for a prefix. */
    String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static Type text(String name) {
        return Types.required(BINARY).as(stringType()).named(name);
    }

    private static Type map(String name) {
        return Types.requiredMap()
                .key(Types.required(BINARY).as(stringType()).named("key"))
                .requiredValue(BINARY)
                .as(stringType())
                .named(name);
    }

    private static void write(Map<String, String> map, RecordConsumer out) {
        out.startGroup();
        if (!map.isEmpty()) {
            out.startField(KEY_VALUE, 0);
            map.forEach((key, value) -> {
                out.startGroup();
                write(key, "key", 0, out);
                write(value, "value", 1, out);
                out.endGroup();
            });
            out.endField(KEY_VALUE, 0);
        }
        out.endGroup();
    }

    private static void write(String text, String name, int index, RecordConsumer out) {
        out.startField(name, index);
        out.addBinary(Binary.fromString(text));
        out.endField(name, index);
    }
}
