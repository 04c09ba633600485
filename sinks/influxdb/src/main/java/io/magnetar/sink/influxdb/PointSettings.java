package io.magnetar.sink.influxdb;

import io.magnetar.sink.setting.Setting;
import io.magnetar.sink.setting.Settings;
import io.magnetar.sink.setting.SettingsReading;
import io.magnetar.sink.setting.ValueType;
import io.magnetar.sink.setting.ValueTypes;
import io.magnetar.sink.template.Field;
import io.magnetar.sink.template.Field.Missing;
import io.magnetar.sink.template.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The settings that say what a point is made of. */
final class PointSettings {
    /** Where lines come from. */
    enum Source {
        TEMPLATES,
        PAYLOAD
    }

    private static final Set<String> TAG_KEYS = Set.of("value", "missing");
    private static final Set<String> FIELD_KEYS = Set.of("value", "missing", "type");

    static final Setting<Source> LINES = Setting.preset(
            "lines",
            ValueTypes.choice(Source.class),
            Source.TEMPLATES,
            "where lines come from: made with `measurement`, `tags` and `fields`, or the payload is line protocol, which is"
                    + " checked and goes as it is");

    static final Setting<Template> MEASUREMENT = Setting.optional(
            "measurement", Template.TYPE, "the measurement, which is the table; required with `lines: templates`");

    static final Setting<List<Field>> TAGS = Setting.preset(
            "tags",
            ofMap("map of name: template, or name: {value, missing}", TAG_KEYS, PointSettings::field, Field::name),
            List.of(),
            "the tags; one without a value is left out unless `missing` says `fail` or `default:VALUE`");

    static final Setting<List<PointTemplate.TypedField>> FIELDS = Setting.optional(
            "fields",
            ofMap(
                    "map of name: template, or name: {value, type, missing}",
                    FIELD_KEYS,
                    PointSettings::typedField,
                    typed -> typed.field().name()),
            "the fields; `type` is `float`, `int`, `uint`, `bool`, `string` or `auto` (a number is a float); one without a"
                    + " value is left out unless `missing` says `fail` or `default:VALUE`; required with `lines: templates`");

    static final Setting<Template> TIMESTAMP = Setting.preset(
            "timestamp",
            Template.TYPE,
            Template.parse("${ts}"),
            "the time of a point: a number in `timestampUnit`, or a date such as 2026-01-31T12:00:00Z; by itself when the"
                    + " broker received the message");

    static final Setting<Precision> TIMESTAMP_UNIT = Setting.preset(
            "timestampUnit", ValueTypes.choice(Precision.class), Precision.US, "the unit of `timestamp`");

    static final Setting<Precision> PRECISION = Setting.preset(
            "precision",
            ValueTypes.choice(Precision.class),
            Precision.NS,
            "the unit in which times are sent, and that of the times in a payload of line protocol");

    static final Settings SETTINGS =
            Settings.of(LINES, MEASUREMENT, TAGS, FIELDS, TIMESTAMP, TIMESTAMP_UNIT, PRECISION);

    private PointSettings() {}

    static void validate(SettingsReading reading, WriteApi api) {
        if (reading.find(LINES).orElse(Source.TEMPLATES) == Source.PAYLOAD) {
            for (Setting<?> unused : List.of(MEASUREMENT, TAGS, FIELDS, TIMESTAMP, TIMESTAMP_UNIT)) {
                if (reading.has(unused)) {
                    reading.refuse(unused, "it has an effect only with lines: templates");
                }
            }
            return;
        }
        reading.require(MEASUREMENT, "with lines: templates");
        reading.require(FIELDS, "with lines: templates");
        List<PointTemplate.TypedField> fields = reading.find(FIELDS).orElse(List.of());
        if (reading.find(FIELDS).isPresent() && fields.isEmpty()) {
            reading.refuse(FIELDS, "a point has one field or more");
        }
        Set<String> names = fields.stream().map(typed -> typed.field().name()).collect(Collectors.toSet());
        for (Field tag : reading.find(TAGS).orElse(List.of())) {
            if (names.contains(tag.name())) {
                reading.refuse(TAGS, "'" + tag.name() + "' is a field as well; servers take a name for one of both");
            }
        }
        if (!api.hasUnsigned() && fields.stream().anyMatch(typed -> typed.type() == FieldType.UINT)) {
            reading.refuse(FIELDS, "this database has no uint; use int");
        }
    }

    /** After {@link #validate}. */
    static Lines lines(SettingsReading reading, WriteApi api) {
        Precision precision = reading.get(PRECISION);
        if (reading.get(LINES) == Source.PAYLOAD) {
            return new PayloadLines(new LineCheck(api.backslash(), precision, api.hasUnsigned()), precision);
        }
        return new PointTemplate(
                reading.get(MEASUREMENT),
                reading.get(TAGS),
                reading.get(FIELDS),
                new PointTime(reading.get(TIMESTAMP), reading.get(TIMESTAMP_UNIT), precision),
                api.backslash());
    }

    private static Field field(String name, Map<String, String> values) {
        Missing missing = Field.parseMissing(values.getOrDefault("missing", "skip"));
        return new Field(name, Template.parse(values.getOrDefault("value", "")), missing);
    }

    private static PointTemplate.TypedField typedField(String name, Map<String, String> values) {
        String type = values.getOrDefault("type", "auto");
        FieldType known = Stream.of(FieldType.values())
                .filter(each -> each.label().equals(type.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("type must be one of float, int, uint, bool, string, auto"));
        return new PointTemplate.TypedField(field(name, values), known);
    }

    /** Makes the value of one name. */
    @FunctionalInterface
    private interface Entry<T> {
        T of(String name, Map<String, String> values);
    }

    private static <T> ValueType<List<T>> ofMap(
            String description, Set<String> keys, Entry<T> entry, java.util.function.Function<T, String> name) {
        return ValueTypes.of(
                description,
                value -> {
                    if (!(value instanceof Map<?, ?> map)) {
                        throw new IllegalArgumentException("it must be a " + description);
                    }
                    List<T> entries = new ArrayList<>();
                    map.forEach((key, given) -> entries.add(entry(String.valueOf(key), given, keys, entry)));
                    return List.copyOf(entries);
                },
                entries ->
                        entries.isEmpty() ? "none" : entries.stream().map(name).collect(Collectors.joining(", ")));
    }

    private static <T> T entry(String name, Object given, Set<String> keys, Entry<T> entry) {
        Map<String, String> values = given instanceof Map<?, ?> map
                ? map.entrySet().stream()
                        .collect(Collectors.toMap(e -> String.valueOf(e.getKey()), e -> String.valueOf(e.getValue())))
                : Map.of("value", String.valueOf(given));
        try {
            if (!keys.containsAll(values.keySet()) || !values.containsKey("value")) {
                throw new IllegalArgumentException("it must be a template, or a map with value and any of "
                        + keys.stream()
                                .filter(key -> !key.equals("value"))
                                .sorted()
                                .collect(Collectors.joining(", ")));
            }
            if (name.equals("time")) {
                throw new IllegalArgumentException("servers keep this name for the timestamp");
            }
            new LineBuilder(Backslash.LITERAL).measurement("m").field(name, true);
            return entry.of(name, values);
        } catch (IllegalArgumentException | io.magnetar.sink.delivery.BadRecord e) {
            throw new IllegalArgumentException("'" + name + "': " + e.getMessage(), e);
        }
    }
}
