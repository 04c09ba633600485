package io.magnetar.sink.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.magnetar.sink.message.Position;
import io.magnetar.sink.message.TestRecords;
import io.magnetar.sink.message.TestRecords.TestRecord;
import io.magnetar.sink.start.TestContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Conversions;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.common.functions.FunctionConfig.ProcessingGuarantees;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The archive with an Avro schema that is given. */
class AvroArchiveTest {
    private static final String SCHEMA = """
            {"type":"record","name":"Reading","fields":[
              {"name":"temp","type":"double"},
              {"name":"count","type":["null","int"],"default":null},
              {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},
              {"name":"micros","type":{"type":"long","logicalType":"timestamp-micros"}},
              {"name":"local","type":{"type":"long","logicalType":"local-timestamp-millis"}},
              {"name":"day","type":{"type":"int","logicalType":"date"}},
              {"name":"clock","type":{"type":"int","logicalType":"time-millis"}},
              {"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":20,"scale":2}},
              {"name":"limit","type":{"type":"fixed","name":"Limit","size":6,"logicalType":"decimal","precision":10,"scale":3}},
              {"name":"tags","type":{"type":"array","items":["null","string"]}},
              {"name":"labels","type":{"type":"map","values":"long"}},
              {"name":"place","type":{"type":"record","name":"Place","fields":[{"name":"lat","type":"float"}]}},
              {"name":"kind","type":{"type":"enum","name":"Kind","symbols":["INDOOR","OUTDOOR"]}},
              {"name":"mixed","type":["null","long","string"]},
              {"name":"raw","type":"bytes"},
              {"name":"ok","type":"boolean","default":true}]}
            """;
    private static final Schema AVRO = new Schema.Parser().parse(SCHEMA);
    private static final String JSON = """
            {"temp":21.5,"count":3,"at":1700000000123,"micros":"2023-11-14T22:13:20.123456Z","local":1700000000123,
             "day":"2023-11-14","clock":3723004,"price":-12345678901234.5,"limit":1234567.891,"tags":["a",null],
             "labels":{"x":1},"place":{"lat":1.5,"more":1},"kind":"OUTDOOR","mixed":"text","raw":"AAH/"}
            """;

    @TempDir
    private Path archive;

    private final TestContext context =
            new TestContext(SubscriptionType.Failover, ProcessingGuarantees.EFFECTIVELY_ONCE, Map.of());

    private ArchiveSink open(Map<String, Object> settings) throws Exception {
        Map<String, Object> all = new HashMap<>(Map.of(
                "destination", "directory", "directory", archive.toString(), "schema", "avro", "envelope", "key"));
        all.putAll(settings);
        ArchiveSink sink = new ArchiveSink();
        sink.open(all, context.context());
        return sink;
    }

    private static GenericRecord reading() {
        Conversions.DecimalConversion decimals = new Conversions.DecimalConversion();
        Schema price = AVRO.getField("price").schema();
        Schema limit = AVRO.getField("limit").schema();
        GenericRecord place = new GenericData.Record(AVRO.getField("place").schema());
        place.put("lat", 1.5f);
        GenericRecord record = new GenericData.Record(AVRO);
        List<Object> values = Arrays.asList(
                21.5,
                3,
                1_700_000_000_123L,
                1_700_000_000_123_456L,
                1_700_000_000_123L,
                19_675,
                3_723_004,
                decimals.toBytes(
                        new BigDecimal("-12345678901234.50"), price, (LogicalTypes.Decimal) price.getLogicalType()),
                decimals.toFixed(new BigDecimal("1234567.891"), limit, (LogicalTypes.Decimal) limit.getLogicalType()),
                Arrays.asList("a", null),
                Map.of("x", 1L),
                place,
                new GenericData.EnumSymbol(AVRO.getField("kind").schema(), "OUTDOOR"),
                "text",
                ByteBuffer.wrap(new byte[] {0, 1, -1}),
                true);
        for (int i = 0; i < values.size(); i++) {
            record.put(i, values.get(i));
        }
        return record;
    }

    private static byte[] binary(GenericRecord record) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    private static TestRecord record(int number, byte[] payload) {
        return TestRecords.record(
                "k" + number, payload, Map.of("mqtt.ts", "1700000000000000"), new Position(1, number, 0));
    }

    @ParameterizedTest
    @CsvSource({"binary", "json"})
    void hasTheTypesOfTheSchema(String encoding) throws Exception {
        Path file = Files.writeString(archive.resolve("reading.avsc"), SCHEMA);
        ArchiveSink sink = open(Map.of("avroSchemaFile", file.toString(), "avroPayload", encoding));
        for (int i = 0; i < 3; i++) {
            sink.write(record(i, encoding.equals("binary") ? binary(reading()) : JSON.getBytes(UTF_8)));
        }
        sink.close();

        String files = "read_parquet('" + archive + "/**/*.parquet', hive_partitioning = false)";
        try (DuckDb duckDb = new DuckDb()) {
            assertThat(duckDb.rows("describe select * from " + files).stream()
                            .map(row -> row.replaceAll(" \\| YES.*", "")))
                    .containsExactly(
                            "_key | VARCHAR",
                            "temp | DOUBLE",
                            "count | INTEGER",
                            "at | TIMESTAMP WITH TIME ZONE",
                            "micros | TIMESTAMP WITH TIME ZONE",
                            "local | TIMESTAMP",
                            "day | DATE",
                            "clock | TIME",
                            "price | DECIMAL(20,2)",
                            "limit | DECIMAL(10,3)",
                            "tags | VARCHAR[]",
                            "labels | MAP(VARCHAR, BIGINT)",
                            "place | STRUCT(lat FLOAT)",
                            "kind | VARCHAR",
                            "mixed | JSON",
                            "raw | BLOB",
                            "ok | BOOLEAN");
            assertThat(duckDb.rows("select distinct * exclude (_key, raw), hex(raw), count(*) over () from " + files))
                    .singleElement()
                    .asString()
                    .isEqualTo(
                            "21.5 | 3 | 2023-11-14T22:13:20.123Z | 2023-11-14T22:13:20.123456Z | 2023-11-14 22:13:20.123"
                                    + " | 2023-11-14 | 01:02:03.004 | -12345678901234.50 | 1234567.891 | [a, null] | {x=1} | "
                                    + "{lat=1.5} | OUTDOOR | \"text\" | true | 0001FF | 3");
        }
    }

    @Test
    void writesTextsOfTheSameTypes() throws Exception {
        for (String format : List.of("csv", "jsonl")) {
            ArchiveSink sink = open(Map.of("avroSchema", SCHEMA, "format", format, "codec", "none", "layout", format));
            sink.write(record(0, binary(reading())));
            sink.close();
        }

        try (var files = Files.walk(archive)) {
            List<String> texts = files.filter(Files::isRegularFile)
                    .sorted()
                    .map(AvroArchiveTest::lastLine)
                    .toList();
            assertThat(texts)
                    .containsExactly(
                            "\"k0\",21.5,3,\"2023-11-14T22:13:20.123000Z\",\"2023-11-14T22:13:20.123456Z\","
                                    + "\"2023-11-14T22:13:20.123000\",\"2023-11-14\",\"01:02:03.004\",-12345678901234.50,"
                                    + "1234567.891,\"[\"\"a\"\",null]\",\"{\"\"x\"\":1}\",\"{\"\"lat\"\":1.5}\",\"OUTDOOR\","
                                    + "\"text\",\"AAH/\",\"true\",\"1 1:0:0\"",
                            "{\"_key\":\"k0\",\"temp\":21.5,\"count\":3,\"at\":\"2023-11-14T22:13:20.123000Z\","
                                    + "\"micros\":\"2023-11-14T22:13:20.123456Z\",\"local\":\"2023-11-14T22:13:20.123000\","
                                    + "\"day\":\"2023-11-14\",\"clock\":\"01:02:03.004\",\"price\":-12345678901234.50,"
                                    + "\"limit\":1234567.891,\"tags\":[\"a\",null],\"labels\":{\"x\":1},"
                                    + "\"place\":{\"lat\":1.5},\"kind\":\"OUTDOOR\",\"mixed\":\"text\",\"raw\":\"AAH/\","
                                    + "\"ok\":true,\"magnetar.positions\":\"1 1:0:0\"}");
        }
    }

    private static String lastLine(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            return lines.get(lines.size() - 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void setsAsideWhatIsNotOfTheSchema() throws Exception {
        byte[] whole = binary(reading());
        ArchiveSink sink = open(Map.of("avroSchema", SCHEMA, "onBadRecord", "skip"));
        int bad = 0;
        for (int length = 0; length < whole.length; length++) {
            sink.write(record(bad++, Arrays.copyOf(whole, length)));
        }
        sink.write(record(bad++, Arrays.copyOf(whole, whole.length + 1)));
        // A text that says that it has 2 GB.
        ArchiveSink texts = open(Map.of(
                "avroSchema",
                "{\"type\":\"record\",\"name\":\"T\",\"fields\":[{\"name\":\"t\",\"type\":\"string\"}]}",
                "layout",
                "texts",
                "onBadRecord",
                "skip"));
        texts.write(record(0, new byte[] {-2, -1, -1, -1, 15}));
        texts.close();
        sink.write(record(bad, whole));
        sink.close();

        assertThat(context.metrics).containsEntry("skipped", bad + 1.0).containsEntry("delivered", 1.0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"temp\":\"x\"};the payload's temp is not a number",
                "{\"temp\":1};the payload's at is not there",
                "[];the payload's value is not an object",
                "{;the payload is no JSON"
            })
    void saysWhatIsWrongWithJson(String payload, String reason) throws Exception {
        ArchiveSink sink = open(Map.of("avroSchema", SCHEMA, "avroPayload", "json"));

        assertThat(catchThrowable(() -> sink.write(record(0, payload.getBytes(UTF_8)))))
                .hasMessageContaining(reason);
        sink.close();
    }

    @Test
    void tellsAtTheStartWhatCannotBe() {
        assertThat(catchThrowable(() -> open(Map.of("avroPayload", "json"))))
                .hasMessageContaining("avroSchema: it is required with schema: avro, or avroSchemaFile is");
        assertThat(catchThrowable(() -> open(Map.of("avroSchema", "\"string\""))))
                .hasMessageContaining(
                        "avroSchema: it is the schema of a string, and files have the columns of a record");
        assertThat(catchThrowable(() -> open(Map.of("avroSchema", "{\"type\":\"rekord\"}"))))
                .hasMessageContaining("avroSchema: it must be an Avro schema");
        assertThat(catchThrowable(() -> open(Map.of("avroSchemaFile", "/nowhere.avsc"))))
                .hasMessageContaining("avroSchemaFile: the file cannot be read");
        assertThat(catchThrowable(() -> open(Map.of(
                        "avroSchema",
                        Map.of(
                                "type",
                                "record",
                                "name",
                                "R",
                                "fields",
                                List.of(Map.of("name", "r", "type", List.of("null", "R"))))))))
                .hasMessageContaining("avroSchema: the record R is within itself");
        assertThat(catchThrowable(() -> open(Map.of("schema", "raw", "avroSchema", SCHEMA))))
                .hasMessageContaining("avroSchema: it has an effect only with schema: avro");
    }
}
