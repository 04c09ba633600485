package io.magnetar.sink.kafka;

import io.magnetar.sink.delivery.PermanentFailure;
import java.util.List;

/** Brings batches to Kafka, in one way or another. Thread: the batcher's. */
interface Delivery extends AutoCloseable {
    /** Returns when each message is settled. */
    void write(List<KafkaBatch.Item> items) throws PermanentFailure, InterruptedException;

    @Override
    void close();
}
