package io.magnetar.sink.archive;

/** Where the columns of a file come from. */
enum SchemaMode {
    /** The envelope, and the payload in one column. */
    RAW,
    /** The fields of JSON payloads. */
    JSON,
    /** Those of an Avro schema that the configuration has. */
    AVRO,
    /** Those of the schemas that Pulsar has for the topic. */
    PULSAR
}
