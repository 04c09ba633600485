package io.magnetar.sink.archive.schema.avro;

import static org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit.MICROS;
import static org.apache.parquet.schema.LogicalTypeAnnotation.dateType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.decimalType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.jsonType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.timeType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.timestampType;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/**
 * A column, or a group of them, for the values of an Avro schema. Times are in microseconds, lists and maps have Parquet's own
 * form, and a union of several types is JSON.
 *
 * <p>Thread: immutable.
 */
interface AvroColumn {
    long MICROS_PER_MILLI = 1_000;

    Type type(String name, boolean optional);

    /** Writes a value that is not null. */
    void write(Object value, RecordConsumer out);

    /**
     * @throws IllegalArgumentException when files cannot have it
     */
    static AvroColumn of(Schema schema) {
        return of(schema, new HashSet<>());
    }

    /** Whether a value may be null. */
    static boolean isOptional(Schema schema) {
        return schema.isNullable();
    }

    private static AvroColumn of(Schema schema, Set<String> within) {
        return switch (schema.getType()) {
            case RECORD -> ofRecord(schema, within);
            case UNION -> ofUnion(schema, within);
            case ARRAY -> new ListColumn(of(schema.getElementType(), within), isOptional(schema.getElementType()));
            case MAP -> new MapColumn(of(schema.getValueType(), within), isOptional(schema.getValueType()));
            case BOOLEAN -> primitive(PrimitiveTypeName.BOOLEAN, null, (value, out) -> out.addBoolean((Boolean) value));
            case FLOAT -> primitive(PrimitiveTypeName.FLOAT, null, (value, out) -> out.addFloat((Float) value));
            case DOUBLE -> primitive(PrimitiveTypeName.DOUBLE, null, (value, out) -> out.addDouble((Double) value));
            case STRING, ENUM -> text(stringType());
            case INT -> ofInt(schema.getLogicalType());
            case LONG -> ofLong(schema.getLogicalType());
            case BYTES, FIXED -> ofBytes(schema);
            case NULL -> text(jsonType());
        };
    }

    private static AvroColumn ofRecord(Schema schema, Set<String> within) {
        if (!within.add(schema.getFullName())) {
            throw new IllegalArgumentException(
                    "the record " + schema.getFullName() + " is within itself, and files have no such columns");
        }
        if (schema.getFields().isEmpty()) {
            throw new IllegalArgumentException(
                    "the record " + schema.getFullName() + " has no fields, and files have no such columns");
        }
        List<Field> fields = schema.getFields().stream()
                .map(field ->
                        new Field(field.name(), field.pos(), isOptional(field.schema()), of(field.schema(), within)))
                .toList();
        within.remove(schema.getFullName());
        return new GroupColumn(fields);
    }

    private static AvroColumn ofUnion(Schema schema, Set<String> within) {
        List<Schema> values = schema.getTypes().stream()
                .filter(type -> type.getType() != Schema.Type.NULL)
                .toList();
        return values.size() == 1 ? of(values.get(0), within) : text(jsonType());
    }

    private static AvroColumn primitive(
            PrimitiveTypeName type, @Nullable LogicalTypeAnnotation logical, BiConsumer<Object, RecordConsumer> write) {
        return new Primitive(type, 0, logical, write);
    }

    private static AvroColumn text(LogicalTypeAnnotation logical) {
        boolean json = logical.equals(jsonType());
        return primitive(
                PrimitiveTypeName.BINARY,
                logical,
                (value, out) ->
                        out.addBinary(Binary.fromString(json ? GenericData.get().toString(value) : value.toString())));
    }

    private static AvroColumn ofInt(@Nullable LogicalType logical) {
        if (logical instanceof LogicalTypes.TimeMillis) {
            return primitive(
                    PrimitiveTypeName.INT64,
                    timeType(false, MICROS),
                    (value, out) -> out.addLong((Integer) value * MICROS_PER_MILLI));
        }
        return primitive(
                PrimitiveTypeName.INT32,
                logical instanceof LogicalTypes.Date ? dateType() : null,
                (value, out) -> out.addInteger((Integer) value));
    }

    private static AvroColumn ofLong(@Nullable LogicalType logical) {
        boolean utc =
                logical instanceof LogicalTypes.TimestampMillis || logical instanceof LogicalTypes.TimestampMicros;
        boolean local = logical instanceof LogicalTypes.LocalTimestampMillis
                || logical instanceof LogicalTypes.LocalTimestampMicros;
        boolean millis =
                logical instanceof LogicalTypes.TimestampMillis || logical instanceof LogicalTypes.LocalTimestampMillis;
        LogicalTypeAnnotation annotation = utc || local
                ? timestampType(utc, MICROS)
                : logical instanceof LogicalTypes.TimeMicros ? timeType(false, MICROS) : null;
        return primitive(
                PrimitiveTypeName.INT64,
                annotation,
                millis
                        ? (value, out) -> out.addLong((Long) value * MICROS_PER_MILLI)
                        : (value, out) -> out.addLong((Long) value));
    }

    private static AvroColumn ofBytes(Schema schema) {
        LogicalTypeAnnotation logical = schema.getLogicalType() instanceof LogicalTypes.Decimal decimal
                ? decimalType(decimal.getScale(), decimal.getPrecision())
                : null;
        if (schema.getType() == Schema.Type.BYTES) {
            return primitive(
                    PrimitiveTypeName.BINARY,
                    logical,
                    (value, out) -> out.addBinary(Binary.fromConstantByteBuffer((ByteBuffer) value)));
        }
        return new Primitive(
                PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY,
                schema.getFixedSize(),
                logical,
                (value, out) -> out.addBinary(Binary.fromConstantByteArray(((GenericFixed) value).bytes())));
    }

    private static Repetition repetition(boolean optional) {
        return optional ? Repetition.OPTIONAL : Repetition.REQUIRED;
    }

    /**
     * @param length of a type of fixed length, 0 for others
     */
    record Primitive(
            PrimitiveTypeName primitive,
            int length,
            @Nullable LogicalTypeAnnotation logical,
            BiConsumer<Object, RecordConsumer> writing)
            implements AvroColumn {
        @Override
        public Type type(String name, boolean optional) {
            Types.PrimitiveBuilder<PrimitiveType> builder = Types.primitive(primitive, repetition(optional));
            if (length > 0) {
                builder = builder.length(length);
            }
            return (logical == null ? builder : builder.as(logical)).named(name);
        }

        @Override
        public void write(Object value, RecordConsumer out) {
            writing.accept(value, out);
        }
    }

    record Field(String name, int position, boolean optional, AvroColumn column) {}

    record GroupColumn(List<Field> fields) implements AvroColumn {
        @Override
        public Type type(String name, boolean optional) {
            return Types.buildGroup(repetition(optional)).addFields(types()).named(name);
        }

        Type[] types() {
            return fields.stream()
                    .map(field -> field.column().type(field.name(), field.optional()))
                    .toArray(Type[]::new);
        }

        @Override
        public void write(Object value, RecordConsumer out) {
            out.startGroup();
            writeFields(value, 0, out);
            out.endGroup();
        }

        void writeFields(Object value, int firstIndex, RecordConsumer out) {
            IndexedRecord record = (IndexedRecord) value;
            for (Field field : fields) {
                Object each = record.get(field.position());
                if (each != null) {
                    out.startField(field.name(), firstIndex + field.position());
                    field.column().write(each, out);
                    out.endField(field.name(), firstIndex + field.position());
                }
            }
        }
    }

    record ListColumn(AvroColumn element, boolean optional) implements AvroColumn {
        @Override
        public Type type(String name, boolean listOptional) {
            return Types.list(repetition(listOptional))
                    .element(element.type("element", optional))
                    .named(name);
        }

        @Override
        public void write(Object value, RecordConsumer out) {
            Collection<?> list = (Collection<?>) value;
            out.startGroup();
            if (!list.isEmpty()) {
                out.startField("list", 0);
                for (Object each : list) {
                    out.startGroup();
                    if (each != null) {
                        out.startField("element", 0);
                        element.write(each, out);
                        out.endField("element", 0);
                    }
                    out.endGroup();
                }
                out.endField("list", 0);
            }
            out.endGroup();
        }
    }

    record MapColumn(AvroColumn element, boolean optional) implements AvroColumn {
        @Override
        public Type type(String name, boolean mapOptional) {
            return Types.map(repetition(mapOptional))
                    .key(Types.required(PrimitiveTypeName.BINARY)
                            .as(stringType())
                            .named("key"))
                    .value(element.type("value", optional))
                    .named(name);
        }

        @Override
        public void write(Object value, RecordConsumer out) {
            Map<?, ?> map = (Map<?, ?>) value;
            out.startGroup();
            if (!map.isEmpty()) {
                out.startField("key_value", 0);
                map.forEach((key, each) -> {
                    out.startGroup();
                    out.startField("key", 0);
                    out.addBinary(Binary.fromString(key.toString()));
                    out.endField("key", 0);
                    if (each != null) {
                        out.startField("value", 1);
                        element.write(each, out);
                        out.endField("value", 1);
                    }
                    out.endGroup();
                });
                out.endField("key_value", 0);
            }
            out.endGroup();
        }
    }
}
