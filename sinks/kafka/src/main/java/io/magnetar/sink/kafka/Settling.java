package io.magnetar.sink.kafka;

import io.magnetar.sink.delivery.BadRecords;
import io.magnetar.sink.delivery.Outcome;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.delivery.Retry;
import io.magnetar.sink.kafka.KafkaBatch.Item;
import io.magnetar.sink.start.SinkMetrics;
import io.magnetar.sink.start.SinkMetrics.Counter;
import java.util.List;
import org.apache.pulsar.client.api.PulsarClientException;

/**
 * Ends what has become of messages: acknowledged and counted, or set aside.
 *
 * <p>Thread: the batcher's.
 */
record Settling(Retry retry, BadRecords badRecords, SinkMetrics metrics) {
    private static final long MICROS_PER_MILLI = 1_000;

    void delivered(List<Item> items) {
        if (items.isEmpty()) {
            return;
        }
        long bytes = 0;
        long oldest = Long.MAX_VALUE;
        for (Item item : items) {
            item.message().record().ack();
            bytes += item.bytes();
            oldest = Math.min(oldest, item.message().timestampMicros());
        }
        metrics.count(Counter.DELIVERED, items.size());
        metrics.count(Counter.DELIVERED_BYTES, (double) bytes);
        long lag = Math.max(0, System.currentTimeMillis() - oldest / MICROS_PER_MILLI);
        metrics.count(Counter.LAG_MILLIS, (double) lag);
    }

    void bad(Item item, String reason) throws PermanentFailure, InterruptedException {
        retry.run("dead letter", () -> {
            try {
                badRecords.settle(item.message(), reason);
            } catch (PulsarClientException e) {
                return Outcome.retriable(String.valueOf(e.getMessage()));
            } catch (PermanentFailure e) {
                return Outcome.permanent(e.reason());
            }
            return Outcome.delivered(true);
        });
    }
}
