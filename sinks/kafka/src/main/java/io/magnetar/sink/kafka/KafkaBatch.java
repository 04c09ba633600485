package io.magnetar.sink.kafka;

import io.magnetar.sink.delivery.Outcome;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.delivery.Retry;
import io.magnetar.sink.message.StreamMessage;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * Produces the records of a batch in their order. When one fails, it and all behind it are produced again, although some
 * of these may be there: so the last record of a key is always its newest.
 *
 * <p>Thread: the batcher's; Kafka's own thread reports what became of a record.
 */
final class KafkaBatch implements Delivery {
    private final KafkaConnection connection;
    private final Retry retry;
    private final Settling settling;
    private String badReason = "";

    /** @param bytes of the record's key and value */
    record Item(StreamMessage message, ProducerRecord<byte[], byte[]> produced, long bytes) {}

    /** What became of a record. */
    private sealed interface Fate {}

    private record Delivered() implements Fate {}

    private record Failed(Exception reason) implements Fate {}

    KafkaBatch(KafkaConnection connection, Retry retry, Settling settling) {
        this.connection = connection;
        this.retry = retry;
        this.settling = settling;
    }

    @Override
    public void write(List<Item> items) throws PermanentFailure, InterruptedException {
        int[] settled = {0};
        while (settled[0] < items.size()) {
            retry.run("producing", () -> produce(items, settled));
            if (settled[0] < items.size()) {
                settling.bad(items.get(settled[0]), badReason);
                settled[0]++;
            }
        }
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
        int from = settled[0];
        while (settled[0] < items.size() && fates.get(settled[0]) instanceof Delivered) {
            settled[0]++;
        }
        settling.delivered(items.subList(from, settled[0]));
    }

    @Override
    public void close() {
        connection.close();
    }
}
