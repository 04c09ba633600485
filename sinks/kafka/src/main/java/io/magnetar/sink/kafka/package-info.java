/** A Pulsar IO sink that produces to Kafka, and to what speaks its protocol. */
@NullMarked
package io.magnetar.sink.kafka;

import org.jspecify.annotations.NullMarked;
