package io.magnetar.bench.archive;

import com.github.luben.zstd.ZstdCompressCtx;
import io.magnetar.sink.message.StreamMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;

/** parquet-avro alone: the columns of the archive's envelope and the payload, from records that are made beforehand. */
final class ParquetAvro implements AutoCloseable {
    private static final int ZSTD_LEVEL = 3;
    private static final Schema TIMESTAMP = LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
    private static final Schema SCHEMA = SchemaBuilder.record("message")
            .fields()
            .requiredString("topic")
            .optionalString("key")
            .name("ts")
            .type(TIMESTAMP)
            .noDefault()
            .requiredInt("qos")
            .requiredBoolean("retain")
            .optionalString("client_id")
            .optionalString("username")
            .optionalString("content_type")
            .name("properties")
            .type()
            .map()
            .values()
            .stringType()
            .noDefault()
            .requiredString("position")
            .requiredBytes("payload")
            .endRecord();
    private static final int POSITION = SCHEMA.getField("position").pos();

    private final List<GenericRecord> pool = new ArrayList<>(Readings.POOL);
    private final ParquetWriter<GenericRecord> writer;

    ParquetAvro(Readings readings, Path file, long rowGroupBytes) throws IOException {
        for (int i = 0; i < Readings.POOL; i++) {
            StreamMessage message = new StreamMessage(readings.record(i));
            GenericRecord record = new GenericData.Record(SCHEMA);
            record.put("topic", message.topic());
            record.put("key", message.key().orElse(null));
            record.put("ts", message.timestampMicros());
            record.put("qos", message.qos());
            record.put("retain", message.retain());
            record.put("client_id", message.clientId().orElse(null));
            record.put("properties", message.userProperties());
            record.put("payload", ByteBuffer.wrap(message.payload()));
            pool.add(record);
        }
        writer = AvroParquetWriter.<GenericRecord>builder(new LocalOutputFile(file))
                .withSchema(SCHEMA)
                .withDataModel(GenericData.get())
                .withConf(new PlainParquetConfiguration())
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .withCodecFactory(new Zstd())
                .withRowGroupSize(rowGroupBytes)
                .build();
    }

    void write(long number) throws IOException {
        GenericRecord record = pool.get((int) (number % Readings.POOL));
        record.put(POSITION, "1:" + number / 100 + ":" + number % 100);
        writer.write(record);
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    /** Parquet's own needs Hadoop. */
    private static final class Zstd implements CompressionCodecFactory, CompressionCodecFactory.BytesInputCompressor {
        private final ZstdCompressCtx context = new ZstdCompressCtx().setLevel(ZSTD_LEVEL);

        @Override
        public BytesInputCompressor getCompressor(CompressionCodecName codec) {
            return this;
        }

        @Override
        public BytesInput compress(BytesInput bytes) throws IOException {
            ByteArrayOutputStream copy = new ByteArrayOutputStream(Math.toIntExact(bytes.size()));
            bytes.writeAllTo(copy);
            return BytesInput.from(context.compress(copy.toByteArray()));
        }

        @Override
        public CompressionCodecName getCodecName() {
            return CompressionCodecName.ZSTD;
        }

        @Override
        public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
            throw new UnsupportedOperationException("files are written only");
        }

        @Override
        public void release() {}
    }
}
