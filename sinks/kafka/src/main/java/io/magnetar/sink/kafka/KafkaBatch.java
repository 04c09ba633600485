package io.magnetar.sink.kafka;

import io.magnetar.sink.delivery.BadRecords;
import io.magnetar.sink.delivery.Outcome;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.delivery.Retry;
import io.magnetar.sink.message.StreamMessage;
import io.magnetar.sink.start.SinkMetrics;
import io.magnetar.sink.start.SinkMetrics.Counter;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.pulsar.client.api.PulsarClientException;

/**
 * Produces the records of a batch in their order. When one fails, it and all behind it are produced again, although some
 * of these may be there: so the last record of a key is always its newest.
 *
 * <p>Thread: the batcher's; Kafka's own thread reports what became of a record.
 */
final class KafkaBatch {
    private static final long MICROS_PER_MILLI = 1_000;

    private final KafkaConnection connection;
    private final Retry retry;
    private final BadRecords badRecords;
    private final SinkMetrics metrics;
    private String badReason = "";

    /** @param bytes of the record's key and value */
    record Item(StreamMessage message, ProducerRecord<byte[], byte[]> produced, long bytes) {}

    /** What became of a record. */
    private sealed interface Fate {}

    private record Delivered() implements Fate {}

    private record Failed(Exception reason) implements Fate {}

    KafkaBatch(KafkaConnection connection, Retry retry, BadRecords badRecords, SinkMetrics metrics) {
        this.connection = connection;
        this.retry = retry;
        this.badRecords = badRecords;
        this.metrics = metrics;
    }

    void write(List<Item> items) throws PermanentFailure, InterruptedException {
        long begin = System.nanoTime();
        int[] settled = {0};
        while (settled[0] < items.size()) {
            retry.run("producing", () -> produce(items, settled));
            if (settled[0] < items.size()) {
                settleBad(items.get(settled[0]).message());
                settled[0]++;
            }
        }
        metrics.count(Counter.FLUSH_MILLIS, (System.nanoTime() - begin) / 1e6);
    }

    /** Produces all from the first that is not settled, up to a bad record or to the end. */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback hears of it
    private Outcome<Boolean> produce(List<Item> items, int[] settled) throws InterruptedException {
        int first = settled[0];
        AtomicReferenceArray<Fate> fates = new AtomicReferenceArray<>(items.size());
        try {
            Producer<byte[], byte[]> producer = connection.producer();
            for (int i = first; i < items.size() && !hasFailed(fates, first, i); i++) {
                int index = i;
                producer.send(
                        items.get(i).produced(),
                        (metadata, failure) ->
                                fates.set(index, failure == null ? new Delivered() : new Failed(failure)));
            }
            producer.flush();
        } catch (KafkaException e) {
            acknowledge(items, fates, settled);
            return connection.failed(e);
        }
        acknowledge(items, fates, settled);
        if (settled[0] < items.size() && fates.get(settled[0]) instanceof Failed failed) {
            if (KafkaFailure.isOfRecord(failed.reason())) {
                badReason = KafkaFailure.reason(failed.reason());
                return Outcome.delivered(false);
            }
            return connection.failed(failed.reason());
        }
        connection.worked();
        return Outcome.delivered(true);
    }

    /** A record that cannot even be handed over fails at once: those behind it would wait for the same in vain. */
    private static boolean hasFailed(AtomicReferenceArray<Fate> fates, int first, int next) {
        return next > first && fates.get(next - 1) instanceof Failed;
    }

    private void acknowledge(List<Item> items, AtomicReferenceArray<Fate> fates, int[] settled) {
        long bytes = 0;
        long oldest = Long.MAX_VALUE;
        int from = settled[0];
        while (settled[0] < items.size() && fates.get(settled[0]) instanceof Delivered) {
            Item item = items.get(settled[0]++);
            item.message().record().ack();
            bytes += item.bytes();
            oldest = Math.min(oldest, item.message().timestampMicros());
        }
        if (settled[0] > from) {
            metrics.count(Counter.DELIVERED, settled[0] - from);
            metrics.count(Counter.DELIVERED_BYTES, (double) bytes);
            long lag = Math.max(0, System.currentTimeMillis() - oldest / MICROS_PER_MILLI);
            metrics.count(Counter.LAG_MILLIS, (double) lag);
        }
    }

    private void settleBad(StreamMessage message) throws PermanentFailure, InterruptedException {
        retry.run("dead letter", () -> {
            try {
                badRecords.settle(message, badReason);
            } catch (PulsarClientException e) {
                return Outcome.retriable(String.valueOf(e.getMessage()));
            } catch (PermanentFailure e) {
                return Outcome.permanent(e.reason());
            }
            return Outcome.delivered(true);
        });
    }
}
