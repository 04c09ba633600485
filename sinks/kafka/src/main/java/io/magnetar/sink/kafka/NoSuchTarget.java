package io.magnetar.sink.kafka;

import java.io.Serial;
import org.apache.kafka.common.KafkaException;

/** Kafka has no place of the name that a message gave, or lets this user not write to it. */
final class NoSuchTarget extends KafkaException {
    @Serial
    private static final long serialVersionUID = 1;

    NoSuchTarget(String reason) {
        super(reason);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
