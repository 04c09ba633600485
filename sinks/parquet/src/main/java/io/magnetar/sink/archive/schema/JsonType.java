package io.magnetar.sink.archive.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the values of a JSON field have been so far. A type widens and never narrows: nothing, then a type, then a number of
 * the wider kind, then any JSON as text.
 *
 * <p>Thread: immutable.
 */
public sealed interface JsonType {
    /** Only null, or an empty object or list, so far: no column. */
    record Nothing() implements JsonType {}

    record Bool() implements JsonType {}

    /** Whole numbers of 64 bits. */
    record Whole() implements JsonType {}

    /** Numbers as doubles. */
    record Numeric() implements JsonType {}

    record Text() implements JsonType {}

    /** Values of several kinds, each as JSON. */
    record Any() implements JsonType {}

    record Array(JsonType element) implements JsonType {}

    record Struct(Map<String, JsonType> fields) implements JsonType {
        private JsonType widenFields(Struct other) {
            Map<String, JsonType> widenedFields = new LinkedHashMap<>(fields);
            boolean changed = false;
            for (Map.Entry<String, JsonType> field : other.fields().entrySet()) {
                JsonType before = fields.getOrDefault(field.getKey(), new Nothing());
                JsonType widened = before.widen(field.getValue());
                changed |= widened != before;
                widenedFields.put(field.getKey(), widened);
            }
            return changed ? new Struct(widenedFields) : this;
        }
    }

    static JsonType of(JsonNode value) {
        return switch (value.getNodeType()) {
            case BOOLEAN -> new Bool();
            case NUMBER -> value.canConvertToLong() && value.isIntegralNumber() ? new Whole() : new Numeric();
            case STRING -> new Text();
            case ARRAY -> ofArray(value);
            case OBJECT -> ofObject(value);
            default -> new Nothing();
        };
    }

    private static JsonType ofArray(JsonNode array) {
        JsonType element = new Nothing();
        for (JsonNode each : array) {
            element = element.widen(of(each));
        }
        return element instanceof Nothing ? new Nothing() : new Array(element);
    }

    private static JsonType ofObject(JsonNode object) {
        Map<String, JsonType> fields = new LinkedHashMap<>();
        object.fields().forEachRemaining(field -> {
            JsonType type = of(field.getValue());
            if (!(type instanceof Nothing)) {
                fields.put(field.getKey(), type);
            }
        });
        return fields.isEmpty() ? new Nothing() : new Struct(fields);
    }

    /** The type that holds what this and another hold; this one itself when it does. */
    default JsonType widen(JsonType other) {
        if (other instanceof Nothing || equals(other) || this instanceof Any) {
            return this;
        }
        if (this instanceof Nothing) {
            return other;
        }
        if (this instanceof Array one && other instanceof Array another) {
            JsonType element = one.element().widen(another.element());
            return element == one.element() ? this : new Array(element);
        }
        if (this instanceof Struct one && other instanceof Struct another) {
            return one.widenFields(another);
        }
        if (this instanceof Numeric && other instanceof Whole) {
            return this;
        }
        return this instanceof Whole && other instanceof Numeric ? new Numeric() : new Any();
    }

    /** How many columns it takes. */
    default int columns() {
        if (this instanceof Struct struct) {
            return struct.fields().values().stream().mapToInt(JsonType::columns).sum();
        }
        if (this instanceof Array array) {
            return array.element().columns();
        }
        return this instanceof Nothing ? 0 : 1;
    }
}
