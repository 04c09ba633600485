package io.magnetar.sink.archive.file;

import io.magnetar.sink.archive.schema.Rows;
import io.magnetar.sink.archive.store.Upload;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.message.StreamMessage;
import java.io.IOException;
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
public final class ParquetFileWriting {
    private final Upload upload;
    private final ParquetWriter<StreamMessage> writer;
    private long rows;

    /**
     * @param rowGroupBytes that a row group has at most, about: what the file holds in memory
     * @param footer what is added to the footer when the file is closed
     */
    public ParquetFileWriting(
            Upload upload, Rows rows, Codec codec, long rowGroupBytes, Supplier<Map<String, String>> footer)
            throws PermanentFailure, InterruptedException {
        this.upload = upload;
        writer = call(() -> new Builder(new UploadStream(upload), rows, footer)
                .withConf(new PlainParquetConfiguration())
                .withCodecFactory(new PlainCodecs())
                .withCompressionCodec(name(codec))
                .withRowGroupSize(rowGroupBytes)
                .build());
    }

    private static CompressionCodecName name(Codec codec) {
        return codec == Codec.NONE ? CompressionCodecName.UNCOMPRESSED : CompressionCodecName.valueOf(codec.name());
    }

    public void write(StreamMessage message) throws PermanentFailure, InterruptedException {
        call(() -> {
            writer.write(message);
            return message;
        });
        rows++;
    }

    public long rows() {
        return rows;
    }

    /** Bytes so far, those in memory as well. */
    public long bytes() {
        return writer.getDataSize();
    }

    /** Writes the footer and hands the file to the store. */
    public void commit() throws PermanentFailure, InterruptedException {
        call(() -> {
            writer.close();
            return rows;
        });
        upload.commit();
    }

    public void abort() {
        upload.abort();
    }

    /** Something of Parquet's that writes to the upload. */
    @FunctionalInterface
    private interface Writing<T> {
        T run() throws IOException;
    }

    private static <T> T call(Writing<T> writing) throws PermanentFailure, InterruptedException {
        try {
            return writing.run();
        } catch (UploadStream.StoreFailure e) {
            throw new PermanentFailure(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException(e.getMessage());
            }
            throw new PermanentFailure("Parquet: " + e);
        }
    }

    /** Parquet's own signatures still have Hadoop's types. */
    @SuppressWarnings("deprecation")
    private static final class Builder extends ParquetWriter.Builder<StreamMessage, Builder> {
        private final Rows rows;
        private final Supplier<Map<String, String>> footer;

        Builder(OutputFile file, Rows rows, Supplier<Map<String, String>> footer) {
            super(file);
            this.rows = rows;
            this.footer = footer;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        protected WriteSupport<StreamMessage> getWriteSupport(Configuration configuration) {
            return new RowSupport(rows, footer);
        }

        @Override
        protected WriteSupport<StreamMessage> getWriteSupport(ParquetConfiguration configuration) {
            return new RowSupport(rows, footer);
        }
    }

    @SuppressWarnings("deprecation")
    private static final class RowSupport extends WriteSupport<StreamMessage> {
        private final Rows rows;
        private final Supplier<Map<String, String>> footer;
        private @Nullable RecordConsumer out;

        RowSupport(Rows rows, Supplier<Map<String, String>> footer) {
            this.rows = rows;
            this.footer = footer;
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
            return new FinalizedWriteContext(footer.get());
        }
    }
}
