package io.magnetar.sink.archive.file;

import io.magnetar.sink.archive.schema.Rows;
import io.magnetar.sink.archive.store.ObjectStore;
import io.magnetar.sink.archive.store.Upload;
import io.magnetar.sink.delivery.PermanentFailure;
import java.util.function.Supplier;

/**
 * How files are written. Thread: immutable.
 *
 * @param rowGroupBytes of a row group of Parquet, about
 */
public record Container(FileFormat format, Codec codec, long rowGroupBytes) {
    private static final String PARQUET = "parquet";
    private static final String JSONL = "jsonl";
    private static final String CSV = "csv";
    private static final String GZIPPED = ".gz";
    private static final String ZSTANDARD = ".zst";
    /** Positions stand in the footer: more runs than that and the footer outgrows what a reader likes. */
    private static final int MAX_RUNS = 65_536;
    /** Where they stand in a row, readers take half a megabyte. */
    private static final int MAX_RUNS_IN_ROW = 16_384;

    public Container {
        if (format != FileFormat.PARQUET && codec == Codec.SNAPPY) {
            throw new IllegalArgumentException("no text is compressed with Snappy");
        }
    }

    /** What the names of files end with, without the dot. */
    public String extension() {
        return switch (format) {
            case PARQUET -> PARQUET;
            case JSONL -> JSONL + compressed();
            case CSV -> CSV + compressed();
        };
    }

    private String compressed() {
        return switch (codec) {
            case GZIP -> GZIPPED;
            case ZSTD -> ZSTANDARD;
            case NONE, SNAPPY -> "";
        };
    }

    /** How many runs of positions a file may have. */
    public int maxRuns() {
        return format != FileFormat.PARQUET && codec == Codec.NONE ? MAX_RUNS_IN_ROW : MAX_RUNS;
    }

    /**
     * Begins a file.
     *
     * @param positions of its rows, asked for when it is finished
     */
    public FileWriting begin(Upload upload, Rows rows, Supplier<PositionRuns> positions)
            throws PermanentFailure, InterruptedException {
        return format == FileFormat.PARQUET
                ? new ParquetFileWriting(upload, rows, codec, rowGroupBytes, positions)
                : new TextFileWriting(upload, rows, this, positions);
    }

    /**
     * Reads what a file says of itself, whichever kind it is of.
     *
     * @throws PermanentFailure when it is no whole file of an archive
     */
    public static StoredFile read(ObjectStore store, String key) throws PermanentFailure, InterruptedException {
        if (key.endsWith("." + PARQUET)) {
            return ParquetFooter.read(store, key);
        }
        Codec codec = key.endsWith(GZIPPED) ? Codec.GZIP : key.endsWith(ZSTANDARD) ? Codec.ZSTD : Codec.NONE;
        return TextEnd.read(store, key, codec);
    }
}
