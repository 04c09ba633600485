package io.magnetar.sink.influxdb;

import com.fasterxml.jackson.databind.JsonNode;
import io.magnetar.sink.delivery.BadRecord;
import io.magnetar.sink.message.StreamMessage;
import io.magnetar.sink.template.Field;
import io.magnetar.sink.template.Template;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/**
 * Makes a point of a message.
 *
 * <p>Thread: one at a time.
 */
final class PointTemplate implements Lines {
    /** No number is longer, whatever a payload says it is. */
    private static final int MAX_NUMBER = 64;

    private final Template measurement;
    private final List<Field> tags;
    private final List<TypedField> fields;
    private final PointTime time;
    private final LineBuilder line;

    /** A field with its type. */
    record TypedField(Field field, FieldType type) {}

    PointTemplate(
            Template measurement, List<Field> tags, List<TypedField> fields, PointTime time, Backslash backslash) {
        this.measurement = measurement;
        this.tags = tags;
        this.fields = fields;
        this.time = time;
        line = new LineBuilder(backslash);
    }

    @Override
    public List<String> of(StreamMessage message) throws BadRecord {
        line.measurement(measurement
                .render(message)
                .orElseThrow(() -> new BadRecord("measurement: the message has no value for " + measurement)));
        for (Field tag : tags) {
            Optional<String> value = tag.text(message);
            if (value.isPresent()) {
                line.tag(tag.name(), value.get());
            }
        }
        for (TypedField field : fields) {
            Optional<JsonNode> value = field.field().value(message);
            if (value.isPresent()) {
                append(field, value.get(), message);
            }
        }
        if (!line.hasField()) {
            throw new BadRecord("the message has a value for none of the fields");
        }
        return List.of(line.end(time.of(message)));
    }

    private void append(TypedField typed, JsonNode value, StreamMessage message) throws BadRecord {
        String name = typed.field().name();
        switch (typed.type()) {
            case AUTO -> {
                if (value.isNumber()) {
                    line.field(name, value.doubleValue());
                } else if (value.isBoolean()) {
                    line.field(name, value.booleanValue());
                } else {
                    line.field(name, typed.field().text(message).orElse(""));
                }
            }
            case FLOAT -> line.field(name, number(typed, value).doubleValue());
            case INT -> {
                if (value.isIntegralNumber() && value.canConvertToLong()) {
                    line.integer(name, value.longValue());
                } else {
                    line.integer(name, number(typed, value));
                }
            }
            case UINT -> line.unsigned(name, number(typed, value));
            case BOOL -> line.field(name, bool(typed, value));
            case STRING -> line.field(name, typed.field().text(message).orElse(""));
        }
    }

    private static BigDecimal number(TypedField typed, JsonNode value) throws BadRecord {
        if (value.isNumber()) {
            return value.decimalValue();
        }
        try {
            String text = value.asText().strip();
            if (value.isTextual() && text.length() <= MAX_NUMBER) {
                return new BigDecimal(text);
            }
        } catch (NumberFormatException noNumber) {
            throw wrongType(typed, value);
        }
        throw wrongType(typed, value);
    }

    private static boolean bool(TypedField typed, JsonNode value) throws BadRecord {
        if (value.isBoolean()) {
            return value.booleanValue();
        } else if (value.asText().equalsIgnoreCase("true")) {
            return true;
        } else if (value.asText().equalsIgnoreCase("false")) {
            return false;
        }
        throw wrongType(typed, value);
    }

    private static BadRecord wrongType(TypedField typed, JsonNode value) {
        return new BadRecord("field " + Quoted.of(typed.field().name()) + " is to be "
                + typed.type().label() + " and is "
                + Quoted.of(value.isValueNode() ? value.asText() : value.toString()));
    }
}
