package io.magnetar.sink.archive;

import io.magnetar.sink.archive.file.Codec;
import io.magnetar.sink.archive.file.FileFormat;
import io.magnetar.sink.archive.schema.EnvelopeColumn;
import io.magnetar.sink.delivery.BadRecords;
import io.magnetar.sink.setting.Setting;
import io.magnetar.sink.setting.Settings;
import io.magnetar.sink.setting.ValueType;
import io.magnetar.sink.setting.ValueTypes;
import io.magnetar.sink.start.TestMode;
import io.magnetar.sink.template.Template;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The settings of the archive, whatever its destination. */
final class ArchiveSettings {
    private static final long MB = 1L << 20;

    private static final ValueType<List<EnvelopeColumn>> COLUMNS = ValueTypes.of(
            "list of " + names(Arrays.asList(EnvelopeColumn.values())),
            value -> ValueTypes.TEXTS.parse(value).stream()
                    .distinct()
                    .map(ValueTypes.choice(EnvelopeColumn.class)::parse)
                    .toList(),
            ArchiveSettings::names);

    private static final Set<String> NO_DIRECTORIES = Set.of(".", "..");

    static final Setting<Template> LAYOUT = Setting.preset(
            "layout",
            ValueTypes.ofText("template", ArchiveSettings::layout, Template::toString),
            Template.parse("${tenant}/${stream}/date=${date}/hour=${hour}"),
            "directory of a message's file; what a value has beside letters, digits and `-_.+@~,` is escaped with `%`, and a"
                    + " missing one makes the whole `__HIVE_DEFAULT_PARTITION__`");

    static final Setting<Duration> INTERVAL = Setting.preset(
            "interval",
            ValueTypes.duration(Duration.ofSeconds(1), Duration.ofDays(7)),
            Duration.ofMinutes(10),
            "time after which a file is finished");

    static final Setting<Boolean> ALIGN = Setting.preset(
            "align",
            ValueTypes.BOOLEAN,
            false,
            "finish files at multiples of `interval` on the clock (UTC), such as each full hour, not so long after their begin");

    static final Setting<Integer> MAX_RECORDS = Setting.preset(
            "maxRecords", ValueTypes.integer(1, 1_000_000_000), 10_000_000, "records after which a file is finished");

    static final Setting<Long> MAX_BYTES = Setting.preset(
            "maxBytes",
            ValueTypes.bytes(1024, 1L << 40),
            512 * MB,
            "bytes, compressed, after which a file is finished");

    static final Setting<SchemaMode> SCHEMA = Setting.preset(
            "schema",
            ValueTypes.choice(SchemaMode.class),
            SchemaMode.RAW,
            "`raw`: the columns of `envelope` and the payload; `json`: a column for each field of JSON payloads, and the"
                    + " columns of `envelope` with a `_` before their names; `avro`: the same of the fields of a given schema;"
                    + " `pulsar`: of the schema, AVRO or JSON, that Pulsar has for each message");

    static final Setting<List<EnvelopeColumn>> ENVELOPE = Setting.optional(
            "envelope",
            COLUMNS,
            "columns of a message beside its payload; all by default, topic, key, ts and client_id where payloads have columns of"
                    + " their own");

    static final Setting<PayloadForm> PAYLOAD = Setting.preset(
            "payload",
            ValueTypes.choice(PayloadForm.class),
            PayloadForm.BYTES,
            "with `schema: raw`: what the column `payload` is; with `text`, payloads that are no UTF-8 are bad records; `bytes`"
                    + " are in Base64 in JSON lines and CSV");

    static final Setting<Integer> MAX_COLUMNS = Setting.preset(
            "maxColumns",
            ValueTypes.integer(1, 10_000),
            500,
            "with `schema: json`: columns that the payloads of a partition may have together; a record beyond is bad");

    static final Setting<FileFormat> FORMAT = Setting.preset(
            "format",
            ValueTypes.choice(FileFormat.class),
            FileFormat.PARQUET,
            "what files are: Parquet, JSON with an object on each line, or CSV with a heading");

    static final Setting<Codec> CODEC = Setting.preset(
            "codec",
            ValueTypes.choice(Codec.class),
            Codec.ZSTD,
            "compression of Parquet's columns, or of the whole file with `format: jsonl` and `csv`, which take no `snappy`");

    static final Setting<Long> ROW_GROUP_BYTES = Setting.preset(
            "rowGroupBytes",
            ValueTypes.bytes(64 << 10, 1L << 30),
            8 * MB,
            "with `format: parquet`: bytes of a row group, which is what an open file holds in memory");

    static final Setting<Integer> MAX_OPEN_FILES = Setting.preset(
            "maxOpenFiles",
            ValueTypes.integer(1, 1_000),
            16,
            "files that an instance writes at a time; for one more, the one that was written to the longest time ago is"
                    + " finished");

    static final Settings ALL = StoreSettings.ALL
            .and(Settings.of(
                    LAYOUT,
                    INTERVAL,
                    ALIGN,
                    MAX_RECORDS,
                    MAX_BYTES,
                    SCHEMA,
                    ENVELOPE,
                    PAYLOAD,
                    MAX_COLUMNS,
                    FORMAT,
                    CODEC,
                    ROW_GROUP_BYTES,
                    MAX_OPEN_FILES))
            .and(AvroSettings.ALL)
            .and(BadRecords.SETTINGS)
            .and(Settings.of(TestMode.TEST));

    private ArchiveSettings() {}

    /** Keys are compared as texts: each directory is written one way only. */
    private static Template layout(String text) {
        Template layout = Template.parse(text);
        List<String> right = layout.segments().stream()
                .filter(name -> !name.isEmpty() && !NO_DIRECTORIES.contains(name))
                .toList();
        if (!right.equals(layout.segments())) {
            throw new IllegalArgumentException(
                    "it must be names with one slash between them, none before and none behind, and"
                            + " none of them . or ..; write "
                            + (right.isEmpty() ? "${tenant}/${stream}" : String.join("/", right)));
        }
        return layout;
    }

    private static String names(List<EnvelopeColumn> columns) {
        return columns.stream()
                .map(column -> column.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }
}
