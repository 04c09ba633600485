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
    private static final List<EnvelopeColumn> JSON_ENVELOPE =
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

    Archiving archiving(ObjectStore store, BadRecords badRecords, SinkMetrics metrics) {
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
                schemas(),
                badRecords,
                metrics,
                Clock.systemUTC());
    }

    private Supplier<RowSchema> schemas() {
        boolean json = reading.get(ArchiveSettings.SCHEMA) == SchemaMode.JSON;
        List<EnvelopeColumn> envelope =
                reading.find(ArchiveSettings.ENVELOPE).orElse(json ? JSON_ENVELOPE : List.of(EnvelopeColumn.values()));
        int maxColumns = reading.get(ArchiveSettings.MAX_COLUMNS);
        boolean text = reading.get(ArchiveSettings.PAYLOAD) == PayloadForm.TEXT;
        return () -> json ? new InferredSchema(envelope, maxColumns) : new EnvelopeSchema(envelope, text);
    }
}
