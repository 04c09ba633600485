package io.magnetar.sink.archive;

/** The kinds of stores. */
enum Destination {
    /** A directory of the machine that the sink runs on. */
    DIRECTORY,
    /** A bucket of Amazon S3, or of a store that speaks its protocol. */
    S3,
    /** A container of Azure Blob Storage. */
    AZURE
}
