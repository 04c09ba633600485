package io.magnetar.sink.kafka;

import java.io.Serial;

/**
 * A partition has gone over to another instance, or this one's transaction was given up. Nobody has to change anything, as
 * with a permanent failure: the instance ends at once, and Pulsar, which knows whose the partition is, starts it anew.
 */
final class SucceededException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    SucceededException(String pulsarTopic, Throwable reason) {
        super("another instance has taken over " + pulsarTopic
                + ", or Kafka gave this one up; it ends, and Pulsar starts it anew (" + KafkaFailure.reason(reason)
                + ")");
    }
}
