/** Rows of Avro: what its types are in files, and payloads in Avro and in JSON that an Avro schema describes. */
@NullMarked
package io.magnetar.sink.archive.schema.avro;

import org.jspecify.annotations.NullMarked;
