package io.magnetar.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.sink.distribution.FunctionsStandalone;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.schema.GenericRecord;
import org.apache.pulsar.client.api.schema.GenericSchema;
import org.apache.pulsar.client.api.schema.RecordSchemaBuilder;
import org.apache.pulsar.client.api.schema.SchemaBuilder;
import org.apache.pulsar.common.schema.SchemaType;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Topics with schemas of Pulsar, in the real distribution, in both of its runtimes. */
class ArchiveSchemasIT {
    private static final int MESSAGES = 500;

    @TempDir
    private Path directory;

    private static GenericSchema<GenericRecord> schema(SchemaType type, boolean withUnit) {
        RecordSchemaBuilder builder = SchemaBuilder.record("Reading");
        builder.field("n").type(SchemaType.INT64);
        builder.field("temp").type(SchemaType.DOUBLE);
        if (withUnit) {
            builder.field("unit").type(SchemaType.STRING).optional().defaultValue(null);
        }
        return Schema.generic(builder.build(type));
    }

    private static void publish(ArchiveStage stage, String topic, SchemaType type, boolean withUnit) throws Exception {
        GenericSchema<GenericRecord> schema = schema(type, withUnit);
        try (Producer<GenericRecord> producer = stage.client
                .newProducer(schema)
                .topic(topic)
                .blockIfQueueFull(true)
                .create()) {
            for (int i = 0; i < MESSAGES; i++) {
                var reading = schema.newRecordBuilder().set("n", (long) i).set("temp", i / 2.0);
                if (withUnit) {
                    reading.set("unit", "C");
                }
                var unused = producer.newMessage()
                        .key("station-" + i % 10)
                        .value(reading.build())
                        .sendAsync();
            }
            producer.flush();
        }
    }

    @ParameterizedTest
    @EnumSource(FunctionsStandalone.Mode.class)
    void archivesTheFieldsOfATopicsSchemasAsTheyEvolve(FunctionsStandalone.Mode mode) throws Exception {
        try (ArchiveStage stage = new ArchiveStage(directory.resolve("home"), mode);
                DuckDb duckDb = new DuckDb()) {
            for (SchemaType type : new SchemaType[] {SchemaType.AVRO, SchemaType.JSON}) {
                String topic = "persistent://fleet/streams/" + type.name().toLowerCase(Locale.ROOT);
                String format = type == SchemaType.AVRO ? "parquet" : "csv";
                Path archive = directory.resolve(type.name());
                stage.admin.topics().createPartitionedTopic(topic, 1);
                publish(stage, topic, type, false);
                publish(stage, topic, type, true);
                stage.create(
                        "typed-" + format,
                        topic,
                        Map.of(
                                "destination",
                                "directory",
                                "directory",
                                archive,
                                "interval",
                                "1s",
                                "schema",
                                "pulsar",
                                "format",
                                format));
                stage.awaitBacklogGone(topic, "typed-" + format);

                String files = format.equals("csv")
                        ? "read_csv('" + archive + "/**/*.csv.zst', union_by_name = true)"
                        : "read_parquet('" + archive + "/**/*.parquet', union_by_name = true)";
                assertThat(duckDb.rows("select unit, count(*), sum(n), sum(temp), count(distinct _key) from " + files
                                + " group by unit order by unit nulls last"))
                        .as("%s", type)
                        .containsExactly("C | 500 | 124750 | 62375.0 | 10", "null | 500 | 124750 | 62375.0 | 10");
                assertThat(duckDb.rows("describe select n, temp, unit from " + files).stream()
                                .map(row -> row.replaceAll(" \\| YES.*", "")))
                        .containsExactly("n | BIGINT", "temp | DOUBLE", "unit | VARCHAR");
            }
        }
    }
}
