package io.magnetar.sink.archive.file;

import com.github.luben.zstd.ZstdCompressCtx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/** Parquet's codecs without Hadoop's classes. Thread: one at a time. */
final class PlainCodecs implements CompressionCodecFactory {
    private static final int ZSTD_LEVEL = 3;

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        return switch (codec) {
            case UNCOMPRESSED -> new Compressor(codec, bytes -> bytes);
            case SNAPPY -> new Compressor(codec, bytes -> BytesInput.from(Snappy.compress(array(bytes))));
            case GZIP -> new Compressor(codec, PlainCodecs::gzip);
            case ZSTD -> new ZstdCompressor();
            default -> throw new IllegalArgumentException("no codec " + codec);
        };
    }

    private static byte[] array(BytesInput bytes) throws IOException {
        ByteArrayOutputStream copy = new ByteArrayOutputStream(Math.toIntExact(bytes.size()));
        bytes.writeAllTo(copy);
        return copy.toByteArray();
    }

    private static BytesInput gzip(BytesInput bytes) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            bytes.writeAllTo(gzip);
        }
        return BytesInput.from(compressed);
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        throw new UnsupportedOperationException("the archive writes only");
    }

    @Override
    public void release() {}

    /** Compresses the bytes of a page. */
    @FunctionalInterface
    private interface Compression {
        BytesInput apply(BytesInput bytes) throws IOException;
    }

    private record Compressor(CompressionCodecName codec, Compression compression) implements BytesInputCompressor {
        @Override
        public BytesInput compress(BytesInput bytes) throws IOException {
            return compression.apply(bytes);
        }

        @Override
        public CompressionCodecName getCodecName() {
            return codec;
        }

        @Override
        public void release() {}
    }

    /** Keeps its context, which is native memory, from page to page. */
    private static final class ZstdCompressor implements BytesInputCompressor {
        private final ZstdCompressCtx context = new ZstdCompressCtx().setLevel(ZSTD_LEVEL);

        @Override
        public BytesInput compress(BytesInput bytes) throws IOException {
            return BytesInput.from(context.compress(array(bytes)));
        }

        @Override
        public CompressionCodecName getCodecName() {
            return CompressionCodecName.ZSTD;
        }

        @Override
        public void release() {
            context.close();
        }
    }
}
