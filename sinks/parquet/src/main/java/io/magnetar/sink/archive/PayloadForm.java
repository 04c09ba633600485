package io.magnetar.sink.archive;

/** What the column of a payload is. */
enum PayloadForm {
    BYTES,
    TEXT
}
