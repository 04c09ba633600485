package io.magnetar.sink.archive.file;

/** How columns are compressed. */
public enum Codec {
    ZSTD,
    SNAPPY,
    GZIP,
    NONE
}
