package io.magnetar.sink.kafka;

import io.magnetar.sink.delivery.Outcome;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.delivery.Retry;
import io.magnetar.sink.kafka.KafkaBatch.Item;
import io.magnetar.sink.message.Position;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

/**
 * Writes the records of a batch in one transaction for each Pulsar partition that they come from. After a failure the
 * position in Kafka says whether the transaction was committed, and nothing is written twice. An instance that learns that
 * it has a successor ends: whose the partition is, Pulsar says, by giving its messages out again.
 *
 * <p>Thread: the batcher's.
 */
final class ExactlyOnceBatch implements Delivery {
    private final Transactions transactions;
    private final KafkaConnection connection;
    private final Retry retry;
    private final Settling settling;

    ExactlyOnceBatch(Transactions transactions, KafkaConnection connection, Retry retry, Settling settling) {
        this.transactions = transactions;
        this.connection = connection;
        this.retry = retry;
        this.settling = settling;
    }

    @Override
    public void write(List<Item> items) throws PermanentFailure, InterruptedException {
        Map<String, List<Item>> byPartition = new LinkedHashMap<>();
        for (Item item : items) {
            byPartition
                    .computeIfAbsent(item.message().pulsarTopic().name(), name -> new ArrayList<>())
                    .add(item);
        }
        for (Map.Entry<String, List<Item>> part : byPartition.entrySet()) {
            write(part.getKey(), part.getValue());
        }
    }

    /** A transaction with a record that Kafka will never take is halved until that record is alone. */
    private void write(String pulsarTopic, List<Item> items) throws PermanentFailure, InterruptedException {
        List<Item> left = items;
        int size = left.size();
        while (!left.isEmpty()) {
            List<Item> part = left.subList(0, size);
            Optional<String> refusal = retry.run("producing exactly once", () -> attempt(pulsarTopic, part));
            if (refusal.isPresent() && size > 1) {
                size /= 2;
                continue;
            }
            if (refusal.isPresent()) {
                settling.bad(part.get(0), refusal.get());
            } else {
                settling.delivered(part);
            }
            left = left.subList(size, left.size());
            size = left.size();
        }
    }

    /** Why Kafka will never take one of the records, or empty when it has all. */
    private Outcome<Optional<String>> attempt(String pulsarTopic, List<Item> items) throws InterruptedException {
        try {
            Claim claim = transactions.claim(pulsarTopic);
            Position done = claim.done();
            List<Item> missing = items.stream()
                    .filter(item -> done == null || item.message().position().compareTo(done) > 0)
                    .toList();
            if (!missing.isEmpty()) {
                claim.write(
                        missing.stream().map(Item::produced).toList(),
                        missing.get(missing.size() - 1).message().position());
            }
            connection.worked();
            return Outcome.delivered(Optional.empty());
        } catch (Claim.RefusedException e) {
            return Outcome.delivered(Optional.of(String.valueOf(e.getMessage())));
        } catch (KafkaException e) {
            if (KafkaFailure.isSucceeded(e)) {
                throw new SucceededException(pulsarTopic, e);
            }
            return connection.failed(e);
        }
    }

    @Override
    public void close() {
        transactions.close();
    }
}
