package io.magnetar.sink.archive.file;

import io.magnetar.sink.archive.schema.Rows;
import io.magnetar.sink.archive.store.Upload;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.message.StreamMessage;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.RecordConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A Parquet file as it is written: row groups leave for the store as they are full.
 *
 * <p>Thread: one at a time.
 */
final class ParquetFileWriting implements FileWriting {
    private final Upload upload;
    private final ParquetWriter<StreamMessage> writer;
    private final UploadStream stream;

    /**
     * @param rowGroupBytes that a row group has at most, about: what the file holds in memory
     */
    ParquetFileWriting(Upload upload, Rows rows, Codec codec, long rowGroupBytes, Supplier<PositionRuns> positions)
            throws PermanentFailure, InterruptedException {
        this.upload = upload;
        stream = new UploadStream(upload);
        writer = UploadStream.call(() -> new Builder(stream, rows, positions)
                .withConf(new PlainParquetConfiguration())
                .withCodecFactory(new PlainCodecs())
                .withCompressionCodec(name(codec))
                .withRowGroupSize(rowGroupBytes)
                .build());
    }

    private static CompressionCodecName name(Codec codec) {
        return codec == Codec.NONE ? CompressionCodecName.UNCOMPRESSED : CompressionCodecName.valueOf(codec.name());
    }

    @Override
    public void write(StreamMessage message) throws PermanentFailure, InterruptedException {
        UploadStream.call(() -> {
            writer.write(message);
            return message;
        });
    }

    @Override
    public long bytes() {
        return writer.getDataSize();
    }

    @Override
    public long commit() throws PermanentFailure, InterruptedException {
        UploadStream.call(() -> {
            writer.close();
            return writer;
        });
        upload.commit();
        return stream.getPos();
    }

    @Override
    public void abort() {
        upload.abort();
    }

    /** Parquet's own signatures still have Hadoop's types. */
    @SuppressWarnings("deprecation")
    private static final class Builder extends ParquetWriter.Builder<StreamMessage, Builder> {
        private final Rows rows;
        private final Supplier<PositionRuns> positions;

        Builder(OutputFile file, Rows rows, Supplier<PositionRuns> positions) {
            super(file);
            this.rows = rows;
            this.positions = positions;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        protected WriteSupport<StreamMessage> getWriteSupport(Configuration configuration) {
            return new RowSupport(rows, positions);
        }

        @Override
        protected WriteSupport<StreamMessage> getWriteSupport(ParquetConfiguration configuration) {
            return new RowSupport(rows, positions);
        }
    }

    @SuppressWarnings("deprecation")
    private static final class RowSupport extends WriteSupport<StreamMessage> {
        private final Rows rows;
        private final Supplier<PositionRuns> positions;
        private @Nullable RecordConsumer out;

        RowSupport(Rows rows, Supplier<PositionRuns> positions) {
            this.rows = rows;
            this.positions = positions;
        }

        @Override
        public WriteContext init(Configuration configuration) {
            return new WriteContext(rows.type(), new HashMap<>());
        }

        @Override
        public WriteContext init(ParquetConfiguration configuration) {
            return new WriteContext(rows.type(), new HashMap<>());
        }

        @Override
        public void prepareForWrite(RecordConsumer recordConsumer) {
            out = recordConsumer;
        }

        @Override
        public void write(StreamMessage message) {
            RecordConsumer prepared = Objects.requireNonNull(out, "Parquet prepares before it writes");
            prepared.startMessage();
            rows.write(message, prepared);
            prepared.endMessage();
        }

        @Override
        public FinalizedWriteContext finalizeWrite() {
            return new FinalizedWriteContext(
                    Map.of(Rows.POSITIONS, positions.get().toString()));
        }
    }
}
