package io.magnetar.sink.archive;

import io.magnetar.sink.archive.file.Codec;
import io.magnetar.sink.archive.file.Container;
import io.magnetar.sink.archive.file.FileFormat;
import io.magnetar.sink.archive.partition.Archiving;
import io.magnetar.sink.archive.partition.Rolling;
import io.magnetar.sink.archive.schema.EnvelopeColumn;
import io.magnetar.sink.archive.schema.EnvelopeSchema;
import io.magnetar.sink.archive.schema.InferredSchema;
import io.magnetar.sink.archive.schema.RowSchema;
import io.magnetar.sink.archive.schema.avro.TopicSchema;
import io.magnetar.sink.archive.store.ObjectStore;
import io.magnetar.sink.delivery.BadRecords;
import io.magnetar.sink.delivery.Retry;
import io.magnetar.sink.setting.SettingsReading;
import io.magnetar.sink.setting.ValueTypes;
import io.magnetar.sink.start.SinkMetrics;
import io.magnetar.sink.start.SinkRequirements;
import io.magnetar.sink.start.TestMode;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.pulsar.io.core.SinkContext;

/** A configuration that was read and checked. Thread: that of the start. */
final class ArchiveConfiguration {
    /** Where payloads have columns of their own. */
    private static final List<EnvelopeColumn> SHORT_ENVELOPE =
            List.of(EnvelopeColumn.TOPIC, EnvelopeColumn.KEY, EnvelopeColumn.TS, EnvelopeColumn.CLIENT_ID);

    private final SettingsReading reading;

    private ArchiveConfiguration(SettingsReading reading) {
        this.reading = reading;
    }

    /**
     * @throws io.magnetar.sink.setting.InvalidSettings with all that is wrong
     */
    static ArchiveConfiguration read(Map<String, Object> configuration, SinkContext context) {
        SettingsReading reading = new SettingsReading(ArchiveSettings.ALL, configuration, context::getSecret);
        StoreSettings.validate(reading);
        validateFormat(reading);
        AvroSettings.validate(reading, mode(reading), envelope(reading));
        BadRecords.validate(reading);
        SinkRequirements.requireOrder(context, reading);
        SinkRequirements.requireCumulativeAcknowledgement(context, reading);
        reading.check();
        return new ArchiveConfiguration(reading);
    }

    private static void validateFormat(SettingsReading reading) {
        FileFormat format = reading.find(ArchiveSettings.FORMAT).orElse(FileFormat.PARQUET);
        if (format == FileFormat.PARQUET) {
            return;
        }
        String name = ValueTypes.choice(FileFormat.class).show(format);
        if (reading.find(ArchiveSettings.CODEC).orElse(Codec.ZSTD) == Codec.SNAPPY) {
            reading.refuse(
                    ArchiveSettings.CODEC,
                    "snappy is for format: parquet; use zstd, gzip or none with format: " + name);
        }
        if (reading.has(ArchiveSettings.ROW_GROUP_BYTES)) {
            reading.refuse(ArchiveSettings.ROW_GROUP_BYTES, "it has an effect only with format: parquet");
        }
    }

    boolean test() {
        return reading.get(TestMode.TEST);
    }

    int maxOpenFiles() {
        return reading.get(ArchiveSettings.MAX_OPEN_FILES);
    }

    BadRecords badRecords(SinkContext context, SinkMetrics metrics) {
        return BadRecords.of(reading, context, metrics);
    }

    ObjectStore store(Retry retry) {
        return StoreSettings.store(reading, retry);
    }

    Archiving archiving(
            ObjectStore store, BadRecords badRecords, SinkMetrics metrics, TopicSchema.SchemaLookup schemas) {
        return new Archiving(
                store,
                reading.get(ArchiveSettings.LAYOUT),
                new Rolling(
                        reading.get(ArchiveSettings.INTERVAL),
                        reading.get(ArchiveSettings.ALIGN),
                        reading.get(ArchiveSettings.MAX_RECORDS),
                        reading.get(ArchiveSettings.MAX_BYTES)),
                new Container(
                        reading.get(ArchiveSettings.FORMAT),
                        reading.get(ArchiveSettings.CODEC),
                        reading.get(ArchiveSettings.ROW_GROUP_BYTES)),
                schemas(schemas),
                badRecords,
                metrics,
                Clock.systemUTC());
    }

    private static SchemaMode mode(SettingsReading reading) {
        return reading.find(ArchiveSettings.SCHEMA).orElse(SchemaMode.RAW);
    }

    private static List<EnvelopeColumn> envelope(SettingsReading reading) {
        return reading.find(ArchiveSettings.ENVELOPE)
                .orElse(mode(reading) == SchemaMode.RAW ? List.of(EnvelopeColumn.values()) : SHORT_ENVELOPE);
    }

    private Supplier<RowSchema> schemas(TopicSchema.SchemaLookup lookup) {
        List<EnvelopeColumn> envelope = envelope(reading);
        int maxColumns = reading.get(ArchiveSettings.MAX_COLUMNS);
        boolean text = reading.get(ArchiveSettings.PAYLOAD) == PayloadForm.TEXT;
        return switch (mode(reading)) {
            case RAW -> () -> new EnvelopeSchema(envelope, text);
            case JSON -> () -> new InferredSchema(envelope, maxColumns);
            case AVRO -> () -> AvroSettings.make(reading, envelope);
            case PULSAR -> () -> new TopicSchema(lookup, envelope);
        };
    }
}
