package io.magnetar.sink.archive.file;

/** What rows lie in. */
public enum FileFormat {
    PARQUET,
    /** An object of JSON on each line. */
    JSONL,
    /** RFC 4180, with a heading. */
    CSV
}
