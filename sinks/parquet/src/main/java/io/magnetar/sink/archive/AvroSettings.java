package io.magnetar.sink.archive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.magnetar.sink.archive.schema.EnvelopeColumn;
import io.magnetar.sink.archive.schema.avro.GivenSchema;
import io.magnetar.sink.setting.Setting;
import io.magnetar.sink.setting.Settings;
import io.magnetar.sink.setting.SettingsReading;
import io.magnetar.sink.setting.ValueType;
import io.magnetar.sink.setting.ValueTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/** The settings of an Avro schema that is given. */
final class AvroSettings {
    private static final JsonMapper JSON = new JsonMapper();

    /** A text of JSON, or the same as YAML has it. */
    private static final ValueType<Schema> INLINE =
            ValueTypes.of("Avro schema", AvroSettings::inline, Schema::toString);

    private static final ValueType<Schema> FILE = ValueTypes.ofText("path", AvroSettings::file, Schema::toString);

    static final Setting<Schema> SCHEMA =
            Setting.optional("avroSchema", INLINE, "with `schema: avro`: a record of Avro, as JSON or YAML");

    static final Setting<Schema> SCHEMA_FILE = Setting.optional(
            "avroSchemaFile", FILE, "the same in a file of the machine that the sink runs on; read at the start");

    static final Setting<Encoding> PAYLOAD = Setting.preset(
            "avroPayload",
            ValueTypes.choice(Encoding.class),
            Encoding.BINARY,
            "with `schema: avro`: whether payloads are in Avro's binary encoding, or plain JSON with the fields of the schema");

    static final Settings ALL = Settings.of(SCHEMA, SCHEMA_FILE, PAYLOAD);

    /** How payloads are encoded. */
    enum Encoding {
        BINARY,
        JSON
    }

    private AvroSettings() {}

    private static Schema inline(Object value) {
        try {
            return parse(value instanceof Map ? JSON.writeValueAsString(value) : value.toString());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("it must be an Avro schema", e);
        }
    }

    private static Schema file(String path) {
        try {
            return parse(Files.readString(Path.of(path)));
        } catch (IOException | InvalidPathException e) {
            throw new IllegalArgumentException("the file cannot be read: " + e, e);
        }
    }

    private static Schema parse(String text) {
        try {
            return new Schema.Parser().parse(text);
        } catch (AvroRuntimeException e) {
            throw new IllegalArgumentException("it must be an Avro schema: " + e.getMessage(), e);
        }
    }

    static void validate(SettingsReading reading, SchemaMode mode, List<EnvelopeColumn> envelope) {
        if (mode != SchemaMode.AVRO) {
            for (Setting<?> setting : List.of(SCHEMA, SCHEMA_FILE, PAYLOAD)) {
                if (reading.has(setting)) {
                    reading.refuse(setting, "it has an effect only with schema: avro");
                }
            }
            return;
        }
        if (reading.has(SCHEMA) && reading.has(SCHEMA_FILE)) {
            reading.refuse(SCHEMA_FILE, "the schema stands in avroSchema already");
        } else if (!reading.has(SCHEMA) && !reading.has(SCHEMA_FILE)) {
            reading.refuse(SCHEMA, "it is required with schema: avro, or avroSchemaFile is");
        }
        for (Setting<Schema> setting : List.of(SCHEMA, SCHEMA_FILE)) {
            reading.find(setting).ifPresent(schema -> {
                try {
                    make(schema, reading, envelope);
                } catch (IllegalArgumentException e) {
                    reading.refuse(setting, String.valueOf(e.getMessage()));
                }
            });
        }
    }

    /** Only after a check. */
    static GivenSchema make(SettingsReading reading, List<EnvelopeColumn> envelope) {
        return make(reading.find(SCHEMA).orElseGet(() -> reading.get(SCHEMA_FILE)), reading, envelope);
    }

    private static GivenSchema make(Schema schema, SettingsReading reading, List<EnvelopeColumn> envelope) {
        return new GivenSchema(schema, reading.find(PAYLOAD).orElse(Encoding.BINARY) == Encoding.JSON, envelope);
    }
}
