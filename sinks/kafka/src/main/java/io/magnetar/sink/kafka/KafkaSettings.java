package io.magnetar.sink.kafka;

import io.magnetar.sink.delivery.BadRecords;
import io.magnetar.sink.delivery.BatchLimits;
import io.magnetar.sink.setting.Setting;
import io.magnetar.sink.setting.Settings;
import io.magnetar.sink.setting.SettingsReading;
import io.magnetar.sink.setting.ValueType;
import io.magnetar.sink.setting.ValueTypes;
import io.magnetar.sink.start.TestMode;
import io.magnetar.sink.template.Field;
import io.magnetar.sink.template.Template;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The settings of the Kafka sink. */
final class KafkaSettings {
    /** How batches are compressed. */
    enum Compression {
        NONE,
        GZIP,
        SNAPPY,
        LZ4,
        ZSTD;

        String codec() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Which properties of a message become headers. */
    enum Properties {
        NONE,
        USER,
        ALL
    }

    /** What a message with an empty payload becomes. */
    enum EmptyPayload {
        EMPTY,
        TOMBSTONE
    }

    private static final ValueType<List<Field>> HEADERS_TYPE = ValueTypes.of(
            "map of name: template",
            value -> {
                List<Field> fields = new ArrayList<>();
                ValueTypes.TEXT_MAP
                        .parse(value)
                        .forEach((name, text) -> fields.add(new Field(name, Template.parse(text), new Field.Skip())));
                return List.copyOf(fields);
            },
            fields ->
                    fields.isEmpty() ? "none" : fields.stream().map(Field::name).collect(Collectors.joining(", ")));

    static final Setting<Template> TOPIC = Setting.required("topic", Template.TYPE, "the Kafka topic");
    static final Setting<Template> KEY = Setting.optional(
            "key",
            Template.TYPE,
            "the record's key; by itself the message's key, so that what was in order stays in order");
    static final Setting<Template> VALUE =
            Setting.optional("value", Template.TYPE, "the record's value; by itself the payload, byte for byte");
    static final Setting<EmptyPayload> EMPTY_PAYLOAD = Setting.preset(
            "emptyPayload",
            ValueTypes.choice(EmptyPayload.class),
            EmptyPayload.EMPTY,
            "a message with an empty payload, which in MQTT clears a retained one, becomes a record with an empty value, or a"
                    + " tombstone: one without a value, so that a compacted topic forgets its key");
    static final Setting<Template> PARTITION = Setting.optional(
            "partition",
            Template.TYPE,
            "the record's partition, a number from 0; by itself Kafka's own hash of the key");
    static final Setting<List<Field>> HEADERS = Setting.preset(
            "headers", HEADERS_TYPE, List.of(), "headers of the record; one without a value is left out");
    static final Setting<Properties> PROPERTIES = Setting.preset(
            "propertyHeaders",
            ValueTypes.choice(Properties.class),
            Properties.USER,
            "which properties of the message become headers: the publisher's, all with those of MQTT, or none");
    static final Setting<Compression> COMPRESSION = Setting.preset(
            "compression", ValueTypes.choice(Compression.class), Compression.ZSTD, "how batches are compressed");

    static final Setting<Boolean> EXACTLY_ONCE = Setting.preset(
            "exactlyOnce",
            ValueTypes.BOOLEAN,
            false,
            "write each batch in a transaction together with its position in Pulsar, so that no record is there twice for"
                    + " consumers with `isolation.level=read_committed`");
    static final Setting<String> POSITIONS_TOPIC = Setting.preset(
            "positionsTopic",
            ValueTypes.TEXT,
            "magnetar-positions",
            "the compacted Kafka topic of one partition for `exactlyOnce`; made where it is missing; sinks may share it");

    static final Setting<Integer> MAX_RECORDS =
            Setting.preset("maxRecords", ValueTypes.integer(1, 100_000), 10_000, "records of a batch");
    static final Setting<Long> MAX_BYTES = Setting.preset(
            "maxBytes",
            ValueTypes.bytes(1 << 10, 256 << 20),
            8L << 20,
            "bytes of a batch; two batches are in memory, and twice that and 32 MB in Kafka's client");
    static final Setting<Duration> MAX_DELAY = Setting.preset(
            "maxDelay",
            ValueTypes.duration(Duration.ofMillis(1), Duration.ofMinutes(10)),
            Duration.ofMillis(100),
            "how long a message waits for others");
    static final Setting<Long> MAX_MESSAGE = Setting.preset(
            "maxRequestSize",
            ValueTypes.bytes(1 << 10, 256 << 20),
            1L << 20,
            "bytes of a request to a broker, before compression; a record that is larger is a bad record");
    static final Setting<Duration> DELIVERY_TIMEOUT = Setting.preset(
            "deliveryTimeout",
            ValueTypes.duration(Duration.ofSeconds(1), Duration.ofMinutes(10)),
            Duration.ofSeconds(60),
            "how long Kafka's client tries by itself; then the sink makes a new one and tries again");

    static final Settings SETTINGS = ConnectionSettings.SETTINGS
            .and(Settings.of(
                    TOPIC,
                    KEY,
                    VALUE,
                    EMPTY_PAYLOAD,
                    PARTITION,
                    HEADERS,
                    PROPERTIES,
                    COMPRESSION,
                    EXACTLY_ONCE,
                    POSITIONS_TOPIC))
            .and(Settings.of(MAX_RECORDS, MAX_BYTES, MAX_DELAY, MAX_MESSAGE, DELIVERY_TIMEOUT))
            .and(BadRecords.SETTINGS)
            .and(Settings.of(TestMode.TEST));

    private KafkaSettings() {}

    static void validate(SettingsReading reading) {
        BadRecords.validate(reading);
        ConnectionSettings.validate(reading);
        if (reading.has(POSITIONS_TOPIC) && !reading.find(EXACTLY_ONCE).orElse(false)) {
            reading.refuse(POSITIONS_TOPIC, "it has an effect only with exactlyOnce: true");
        }
    }

    static BatchLimits limits(SettingsReading reading) {
        return new BatchLimits(reading.get(MAX_RECORDS), reading.get(MAX_BYTES), reading.get(MAX_DELAY));
    }

    /** After {@link #validate}. */
    static RecordTemplate template(SettingsReading reading) {
        return new RecordTemplate(
                reading.get(TOPIC),
                reading.find(KEY),
                new ValueTemplate(
                        reading.find(VALUE).orElse(null), reading.get(EMPTY_PAYLOAD) == EmptyPayload.TOMBSTONE),
                reading.find(PARTITION),
                reading.get(HEADERS),
                reading.get(PROPERTIES));
    }
}
