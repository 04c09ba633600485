package io.magnetar.stream.append;

import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.append.OwnedPartitions.OwnedPartition;
import io.magnetar.stream.failure.PulsarFailures;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A partition that this broker owns, appended to directly. The producer that the client keeps open stands for the writer in the
 * broker's eyes: it holds the name, keeps the topic loaded, and goes when the broker wants nobody to write.
 */
final class OwnedLog implements PartitionLog {
    private final String pulsarTopic;
    private final OwnedPartition partition;
    private final ProducerLog producer;
    private volatile boolean failed;

    OwnedLog(String pulsarTopic, OwnedPartition partition, ProducerLog producer) {
        this.pulsarTopic = pulsarTopic;
        this.partition = partition;
        this.producer = producer;
    }

    @Override
    public long lastSequence() {
        return producer.lastSequence();
    }

    @Override
    public boolean isOpen() {
        return !failed && partition.isUsable();
    }

    @Override
    public void append(Batch batch) {
        if (isOpen()) {
            partition.append(
                    batch.messages(), batch.orderingKey(), batch.firstSequence(), failure -> settle(batch, failure));
        } else {
            batch.doubt();
        }
    }

    private void settle(Batch batch, @Nullable Throwable thrown) {
        if (thrown == null) {
            batch.answer(null);
            return;
        }
        StreamFailure failure = PulsarFailures.of(thrown, pulsarTopic);
        if (failure.kind() == Kind.UNAVAILABLE) {
            failed = true;
            batch.doubt();
        } else {
            batch.answer(failure);
        }
    }

    @Override
    public void flush() {
        // Every batch has gone out by itself.
    }

    @Override
    public CompletableFuture<Void> close() {
        return producer.close();
    }
}
