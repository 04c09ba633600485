package io.magnetar.sink.influxdb;

import io.magnetar.sink.delivery.BadRecords;
import io.magnetar.sink.delivery.Outcome;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.delivery.Retry;
import io.magnetar.sink.influxdb.WriteAnswer.Unavailable;
import io.magnetar.sink.message.StreamMessage;
import io.magnetar.sink.start.SinkMetrics;
import io.magnetar.sink.start.SinkMetrics.Counter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pulsar.client.api.PulsarClientException;

/**
 * Writes the lines of many messages, and settles each message by what became of its lines.
 *
 * <p>Thread: the batcher's.
 */
final class PointBatch {
    private static final long MICROS_PER_MILLI = 1_000;

    private final LineClient client;
    private final Retry retry;
    private final BadRecords badRecords;
    private final SinkMetrics metrics;
    private final int maxPoints;

    /** @param lines of the message, one or more */
    record Item(StreamMessage message, List<String> lines) {}

    PointBatch(LineClient client, Retry retry, BadRecords badRecords, SinkMetrics metrics, int maxPoints) {
        this.client = client;
        this.retry = retry;
        this.badRecords = badRecords;
        this.metrics = metrics;
        this.maxPoints = maxPoints;
    }

    void write(List<Item> items) throws PermanentFailure, InterruptedException {
        long begin = System.nanoTime();
        List<String> lines = new ArrayList<>();
        List<Item> owners = new ArrayList<>();
        for (Item item : items) {
            for (String line : item.lines()) {
                lines.add(line);
                owners.add(item);
            }
        }
        LineBatch batch = new LineBatch(lines, maxPoints);
        retry.run("writing points", () -> attempt(batch));
        settle(items, owners, batch.refused());
        metrics.count(Counter.FLUSH_MILLIS, (System.nanoTime() - begin) / 1e6);
    }

    private Outcome<Boolean> attempt(LineBatch batch) throws InterruptedException {
        Optional<Unavailable> away = batch.write(client::write);
        if (away.isEmpty()) {
            return Outcome.delivered(true);
        }
        return away.get().misconfigured()
                ? Outcome.permanent(away.get().reason())
                : new Outcome.Retriable<>(away.get().reason(), away.get().after());
    }

    private void settle(List<Item> items, List<Item> owners, Map<Integer, String> refused)
            throws PermanentFailure, InterruptedException {
        IdentityHashMap<Item, String> bad = new IdentityHashMap<>();
        refused.forEach((line, reason) -> bad.putIfAbsent(owners.get(line), reason));
        long bytes = 0;
        long oldest = Long.MAX_VALUE;
        for (Item item : items) {
            if (!bad.containsKey(item)) {
                item.message().record().ack();
                bytes += item.lines().stream().mapToLong(String::length).sum();
                oldest = Math.min(oldest, item.message().timestampMicros());
            }
        }
        int delivered = items.size() - bad.size();
        if (delivered > 0) {
            metrics.count(Counter.DELIVERED, delivered);
            metrics.count(Counter.DELIVERED_BYTES, (double) bytes);
            long lag = Math.max(0, System.currentTimeMillis() - oldest / MICROS_PER_MILLI);
            metrics.count(Counter.LAG_MILLIS, (double) lag);
        }
        for (Item item : items) {
            String reason = bad.get(item);
            if (reason != null) {
                settleBad(item, reason);
            }
        }
    }

    private void settleBad(Item item, String reason) throws PermanentFailure, InterruptedException {
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
