package io.magnetar.sink.archive;

/** Where the columns of a file come from. */
enum SchemaMode {
    /** The envelope, and the payload in one column. */
    RAW,
    /** The fields of JSON payloads. */
    JSON
}
