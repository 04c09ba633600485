package io.magnetar.sink.kafka;

import io.magnetar.sink.delivery.Outcome;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.delivery.Retry;
import io.magnetar.sink.message.StreamMessage;
import java.util.List;
import java.util.Optional;
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
    private final Targets targets;

    /** @param bytes of the record's key and value */
    record Item(StreamMessage message, ProducerRecord<byte[], byte[]> produced, long bytes) {}

    /** What became of a record. */
    private sealed interface Fate {}

    private record Delivered() implements Fate {}

    private record Failed(Exception reason) implements Fate {}

    /** Why Kafka will never take the record at an index, by what it says. */
    private record Refusal(int index, String reason) {}

    KafkaBatch(KafkaConnection connection, Retry retry, Settling settling, Targets targets) {
        this.connection = connection;
        this.retry = retry;
        this.settling = settling;
        this.targets = targets;
    }

    /**
     * A record that Kafka refuses is found by what Kafka says of it, and then produced alone: of a batch that Kafka refuses as a
     * whole each record says the same.
     */
    @Override
    public void write(List<Item> items) throws PermanentFailure, InterruptedException {
        int[] settled = {0};
        int suspect = -1;
        while (settled[0] < items.size()) {
            int first = settled[0];
            int end = suspect > first ? suspect : suspect == first ? first + 1 : items.size();
            Optional<Refusal> refusal = retry.run("producing", () -> produce(items, settled, end));
            if (refusal.isEmpty()) {
                continue;
            }
            suspect = refusal.get().index();
            if (suspect == settled[0] && end == suspect + 1) {
                settling.bad(items.get(suspect), refusal.get().reason());
                settled[0]++;
            }
        }
    }

    /** Produces from the first that is not settled up to an end; says which one Kafka refuses, if it refuses one. */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback hears of it
    private Outcome<Optional<Refusal>> produce(List<Item> items, int[] settled, int end) throws InterruptedException {
        int first = settled[0];
        AtomicReferenceArray<Fate> fates = new AtomicReferenceArray<>(items.size());
        try {
            Producer<byte[], byte[]> producer = connection.producer();
            for (int i = first; i < end && !hasFailed(fates, first, i); i++) {
                int index = i;
                ProducerRecord<byte[], byte[]> record = items.get(i).produced();
                NoSuchTarget refusal = targets.refusal(producer, record);
                if (refusal != null) {
                    fates.set(index, new Failed(refusal));
                } else {
                    producer.send(
                            record,
                            (metadata, failure) ->
                                    fates.set(index, failure == null ? new Delivered() : new Failed(failure)));
                }
            }
            producer.flush();
        } catch (KafkaException e) {
            acknowledge(items, fates, settled);
            return connection.failed(e);
        }
        acknowledge(items, fates, settled);
        if (settled[0] == end) {
            connection.worked();
            return Outcome.delivered(Optional.empty());
        }
        return failure(items, fates, settled[0], end);
    }

    /** A record's refusal counts before other failures: it fails the others of its batch. */
    private Outcome<Optional<Refusal>> failure(List<Item> items, AtomicReferenceArray<Fate> fates, int from, int end)
            throws InterruptedException {
        Exception other = null;
        for (int i = from; i < end; i++) {
            if (fates.get(i) instanceof Failed failed) {
                String topic = items.get(i).produced().topic();
                boolean last = i + 1 == end || fates.get(i + 1) == null;
                Exception reason =
                        last ? targets.explain(topic, failed.reason()) : targets.denied(topic, failed.reason());
                if (KafkaFailure.isOfRecord(reason)) {
                    return Outcome.delivered(Optional.of(new Refusal(i, KafkaFailure.reason(reason))));
                }
                other = other == null ? reason : other;
            }
        }
        return connection.failed(other == null ? new KafkaException("Kafka's client said nothing of a record") : other);
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
