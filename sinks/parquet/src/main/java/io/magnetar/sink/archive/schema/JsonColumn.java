package io.magnetar.sink.archive.schema;

import static org.apache.parquet.schema.LogicalTypeAnnotation.jsonType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BOOLEAN;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.DOUBLE;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** A column, or a group of them, for the JSON values of one type. Thread: immutable. */
sealed interface JsonColumn {
    Type type(String name);

    /** Writes a value that is not null and fits. */
    void write(JsonNode value, RecordConsumer out);

    /** Whether a value is one to write: not null, and not an empty object or list where the column is of another kind. */
    boolean holds(JsonNode value);

    static JsonColumn of(JsonType type) {
        if (type instanceof JsonType.Array array) {
            return new ListColumn(of(array.element()));
        }
        if (type instanceof JsonType.Struct struct) {
            List<Field> fields = new ArrayList<>();
            for (Map.Entry<String, JsonType> field : struct.fields().entrySet()) {
                fields.add(new Field(field.getKey(), of(field.getValue())));
            }
            return new GroupColumn(fields);
        }
        if (type instanceof JsonType.Bool) {
            return new BoolColumn();
        }
        if (type instanceof JsonType.Whole) {
            return new WholeColumn();
        }
        if (type instanceof JsonType.Numeric) {
            return new NumberColumn();
        }
        return new TextColumn(type instanceof JsonType.Any);
    }

    record BoolColumn() implements JsonColumn {
        @Override
        public boolean holds(JsonNode value) {
            return value.isBoolean();
        }

        @Override
        public Type type(String name) {
            return Types.optional(BOOLEAN).named(name);
        }

        @Override
        public void write(JsonNode value, RecordConsumer out) {
            out.addBoolean(value.booleanValue());
        }
    }

    record WholeColumn() implements JsonColumn {
        @Override
        public boolean holds(JsonNode value) {
            return value.isIntegralNumber();
        }

        @Override
        public Type type(String name) {
            return Types.optional(INT64).named(name);
        }

        @Override
        public void write(JsonNode value, RecordConsumer out) {
            out.addLong(value.longValue());
        }
    }

    record NumberColumn() implements JsonColumn {
        @Override
        public boolean holds(JsonNode value) {
            return value.isNumber();
        }

        @Override
        public Type type(String name) {
            return Types.optional(DOUBLE).named(name);
        }

        @Override
        public void write(JsonNode value, RecordConsumer out) {
            out.addDouble(value.doubleValue());
        }
    }

    /**
     * @param json whether the texts are JSON of any kind
     */
    record TextColumn(boolean json) implements JsonColumn {
        @Override
        public boolean holds(JsonNode value) {
            return json ? !value.isNull() && !value.isMissingNode() : value.isTextual();
        }

        @Override
        public Type type(String name) {
            return Types.optional(BINARY).as(json ? jsonType() : stringType()).named(name);
        }

        @Override
        public void write(JsonNode value, RecordConsumer out) {
            out.addBinary(Binary.fromString(json ? value.toString() : value.textValue()));
        }
    }

    record ListColumn(JsonColumn element) implements JsonColumn {
        @Override
        public boolean holds(JsonNode value) {
            return value.isArray();
        }

        @Override
        public Type type(String name) {
            return Types.optionalList().element(element.type("element")).named(name);
        }

        @Override
        public void write(JsonNode value, RecordConsumer out) {
            out.startGroup();
            if (!value.isEmpty()) {
                out.startField("list", 0);
                for (JsonNode each : value) {
                    out.startGroup();
                    if (element.holds(each)) {
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

    record Field(String name, JsonColumn column) {}

    record GroupColumn(List<Field> fields) implements JsonColumn {
        @Override
        public boolean holds(JsonNode value) {
            return value.isObject();
        }

        @Override
        public Type type(String name) {
            return Types.optionalGroup().addFields(types()).named(name);
        }

        Type[] types() {
            return fields.stream()
                    .map(field -> field.column().type(field.name()))
                    .toArray(Type[]::new);
        }

        @Override
        public void write(JsonNode value, RecordConsumer out) {
            out.startGroup();
            writeFields(value, 0, out);
            out.endGroup();
        }

        void writeFields(JsonNode value, int firstIndex, RecordConsumer out) {
            int index = firstIndex;
            for (Field field : fields) {
                JsonNode each = value.path(field.name());
                if (field.column().holds(each)) {
                    out.startField(field.name(), index);
                    field.column().write(each, out);
                    out.endField(field.name(), index);
                }
                index++;
            }
        }
    }
}
