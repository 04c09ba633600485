package io.magnetar.sink.archive.schema.avro;

import com.fasterxml.jackson.databind.JsonNode;
import io.magnetar.sink.delivery.BadRecord;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Conversions;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.jspecify.annotations.Nullable;

/**
 * Plain JSON as the values of an Avro schema, as Pulsar's JSON schemas have it: values of a union as they are, bytes in Base64,
 * decimals as numbers. Fields that the schema does not have are passed over; one that is missing has its default, or null. A time
 * is a number as Avro has it, or a text of ISO 8601.
 */
final class JsonDatum {
    private static final Conversions.DecimalConversion DECIMALS = new Conversions.DecimalConversion();

    private JsonDatum() {}

    /**
     * @throws BadRecord when it does not fit
     */
    static @Nullable Object of(JsonNode json, Schema schema, String path) throws BadRecord {
        return switch (schema.getType()) {
            case RECORD -> record(json, schema, path);
            case UNION -> union(json, schema, path);
            case ARRAY -> list(json, schema, path);
            case MAP -> map(json, schema, path);
            case ENUM -> {
                String symbol = json.isTextual() ? json.textValue() : null;
                if (symbol == null || !schema.hasEnumSymbol(symbol)) {
                    throw wrong(path, "one of " + schema.getEnumSymbols());
                }
                yield new GenericData.EnumSymbol(schema, symbol);
            }
            case STRING -> {
                if (!json.isTextual()) {
                    throw wrong(path, "a text");
                }
                yield json.textValue();
            }
            case BOOLEAN -> {
                if (!json.isBoolean()) {
                    throw wrong(path, "true or false");
                }
                yield json.booleanValue();
            }
            case INT -> (int) whole(json, schema.getLogicalType(), Integer.MIN_VALUE, Integer.MAX_VALUE, path);
            case LONG -> whole(json, schema.getLogicalType(), Long.MIN_VALUE, Long.MAX_VALUE, path);
            case FLOAT -> number(json, path).floatValue();
            case DOUBLE -> number(json, path).doubleValue();
            case BYTES, FIXED -> bytes(json, schema, path);
            case NULL -> {
                if (!json.isNull()) {
                    throw wrong(path, "null");
                }
                yield null;
            }
        };
    }

    private static BadRecord wrong(String path, String wanted) {
        return new BadRecord("the payload's " + (path.isEmpty() ? "value" : path) + " is not " + wanted
                + ", as the schema wants it");
    }

    private static Object record(JsonNode json, Schema schema, String path) throws BadRecord {
        if (!json.isObject()) {
            throw wrong(path, "an object");
        }
        GenericData.Record record = new GenericData.Record(schema);
        for (Schema.Field field : schema.getFields()) {
            String at = path.isEmpty() ? field.name() : path + "." + field.name();
            JsonNode value = json.get(field.name());
            if (value != null) {
                record.put(field.pos(), of(value, field.schema(), at));
            } else if (field.hasDefaultValue()) {
                record.put(field.pos(), GenericData.get().getDefaultValue(field));
            } else if (!field.schema().isNullable()) {
                throw wrong(at, "there");
            }
        }
        return record;
    }

    private static @Nullable Object union(JsonNode json, Schema schema, String path) throws BadRecord {
        if (json.isNull() && schema.isNullable()) {
            return null;
        }
        BadRecord first = null;
        for (Schema type : schema.getTypes()) {
            if (type.getType() != Schema.Type.NULL) {
                try {
                    return of(json, type, path);
                } catch (BadRecord e) {
                    first = first == null ? e : first;
                }
            }
        }
        throw first == null ? wrong(path, "null") : first;
    }

    private static Object list(JsonNode json, Schema schema, String path) throws BadRecord {
        if (!json.isArray()) {
            throw wrong(path, "a list");
        }
        List<@Nullable Object> list = new ArrayList<>(json.size());
        for (JsonNode each : json) {
            list.add(of(each, schema.getElementType(), path + "[" + list.size() + "]"));
        }
        return list;
    }

    private static Object map(JsonNode json, Schema schema, String path) throws BadRecord {
        if (!json.isObject()) {
            throw wrong(path, "an object");
        }
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        Iterator<Map.Entry<String, JsonNode>> entries = json.fields();
        while (entries.hasNext()) {
            Map.Entry<String, JsonNode> entry = entries.next();
            map.put(entry.getKey(), of(entry.getValue(), schema.getValueType(), path + "." + entry.getKey()));
        }
        return map;
    }

    private static JsonNode number(JsonNode json, String path) throws BadRecord {
        if (!json.isNumber()) {
            throw wrong(path, "a number");
        }
        return json;
    }

    private static long whole(JsonNode json, @Nullable LogicalType logical, long min, long max, String path)
            throws BadRecord {
        if (json.isTextual() && logical != null) {
            return time(json.textValue(), logical, path);
        }
        if (!json.isIntegralNumber() || !json.canConvertToLong() || json.longValue() < min || json.longValue() > max) {
            throw wrong(path, "a whole number from " + min + " to " + max);
        }
        return json.longValue();
    }

    private static long time(String text, LogicalType logical, String path) throws BadRecord {
        try {
            if (logical instanceof LogicalTypes.TimestampMillis) {
                return Instant.parse(text).toEpochMilli();
            }
            if (logical instanceof LogicalTypes.TimestampMicros) {
                return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(text));
            }
            if (logical instanceof LogicalTypes.Date) {
                return LocalDate.parse(text).toEpochDay();
            }
        } catch (DateTimeException | ArithmeticException e) {
            throw wrong(path, "a time of ISO 8601");
        }
        throw wrong(path, "a number");
    }

    private static Object bytes(JsonNode json, Schema schema, String path) throws BadRecord {
        boolean fixed = schema.getType() == Schema.Type.FIXED;
        if (schema.getLogicalType() instanceof LogicalTypes.Decimal decimal) {
            BigDecimal value = number(json, path).decimalValue();
            // Looked at before it is written out: an exponent of ten characters may stand for gigabytes of zeros.
            boolean fits = value.signum() == 0
                    || ((long) value.precision() - value.scale() + decimal.getScale() <= decimal.getPrecision()
                            && value.stripTrailingZeros().scale() <= decimal.getScale());
            if (!fits) {
                throw wrong(
                        path,
                        "a decimal of " + decimal.getPrecision() + " digits, " + decimal.getScale()
                                + " of them behind the point");
            }
            BigDecimal scaled = value.setScale(decimal.getScale());
            return fixed ? DECIMALS.toFixed(scaled, schema, decimal) : DECIMALS.toBytes(scaled, schema, decimal);
        }
        byte[] bytes;
        try {
            bytes = json.isTextual() ? json.binaryValue() : null;
        } catch (IOException e) {
            bytes = null;
        }
        if (bytes == null || (fixed && bytes.length != schema.getFixedSize())) {
            throw wrong(path, (fixed ? schema.getFixedSize() + " " : "") + "bytes in Base64");
        }
        return fixed ? new GenericData.Fixed(schema, bytes) : ByteBuffer.wrap(bytes);
    }
}
