package io.magnetar.stream.append;

import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.failure.PulsarFailures;
import io.magnetar.stream.layout.MessageEncoder;
import io.magnetar.stream.turn.Turns;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.TypedMessageBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends to one partition by group commit. While commits are under way the next one fills; an idle partition commits at once.
 *
 * <pre>
 *   append (any thread) --> queue --(a turn)--> producer: a batch per ordering bucket --(Pulsar's thread)--> answers
 *                                      ^                                                        |
 *                                      +----------- a commit has ended: the next turn ----------+
 * </pre>
 *
 * <p>Thread: {@link #append}, {@link #tick} and {@link #close} any; all else in turns.
 */
final class PartitionWriter {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionWriter.class);

    static final int MAX_COMMIT_MESSAGES = 10_000;
    static final int MAX_COMMIT_BYTES = 1 << 20;
    /** Two, so that one travels while the other is written to disk. */
    private static final int MAX_COMMITS = 2;

    private final String pulsarTopic;
    private final byte[][] orderingKeys;
    private final Turns turns;
    private final PartitionProducer producer;

    private final Queue<PendingAppend> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger commits = new AtomicInteger();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    /** What is answered to all that is left and all that comes; null while the writer works. Written in turns. */
    private volatile @Nullable StreamFailure end;
    /** Owned by the turns. */
    private boolean closing;

    /**
     * A partition and how it is written to.
     *
     * @param buckets ordering buckets; 0 for plain batches
     */
    record Shape(int partition, int buckets) {}

    PartitionWriter(
            String pulsarTopic,
            Shape shape,
            ProducerSource producers,
            BooleanSupplier streamExists,
            Executor executor) {
        this.pulsarTopic = pulsarTopic;
        this.orderingKeys = Partitioning.orderingKeys(shape.partition(), shape.buckets());
        this.turns = new Turns(executor, this::turn);
        this.producer = new PartitionProducer(
                pulsarTopic,
                () -> producers.create(pulsarTopic, shape.buckets() > 0),
                streamExists,
                this::answerAll,
                turns);
    }

    void append(PendingAppend append) {
        queue.add(append);
        turns.take();
    }

    /** Lets fail what has waited too long; to be called now and then. */
    void tick() {
        if (!queue.isEmpty()) {
            turns.take();
        }
    }

    /**
     * Commits what is there and ends.
     *
     * @param graceMillis how long this may take
     * @param after what is answered to the rest then
     * @return completes when all is answered and the producer is closed; never fails
     */
    CompletableFuture<Void> close(long graceMillis, StreamFailure after) {
        turns.take(() -> closing = true);
        CompletableFuture.delayedExecutor(graceMillis, TimeUnit.MILLISECONDS)
                .execute(() -> turns.take(() -> end(after)));
        return closed;
    }

    private void turn() {
        StreamFailure failure = end;
        if (failure != null) {
            answerAll(failure);
            return;
        }
        expire();
        while (!queue.isEmpty() && commits.get() < MAX_COMMITS) {
            Producer<byte[]> ready = producer.ready();
            if (ready == null) {
                return;
            }
            commit(ready);
        }
        if (closing && queue.isEmpty() && commits.get() == 0) {
            end(new StreamFailure(Kind.UNAVAILABLE, pulsarTopic + " is closed here"));
        }
    }

    private void expire() {
        long now = System.nanoTime();
        for (PendingAppend next = queue.peek(); next != null && next.deadlineNanos - now < 0; next = queue.peek()) {
            queue.remove();
            next.answer(new StreamFailure(Kind.UNAVAILABLE, pulsarTopic + " could not be written to in time"));
        }
    }

    private void commit(Producer<byte[]> ready) {
        Commit commit = new Commit(() -> {
            commits.decrementAndGet();
            turns.take();
        });
        commits.incrementAndGet();
        long bytes = 0;
        for (int messages = 0; messages < MAX_COMMIT_MESSAGES; messages++) {
            PendingAppend next = queue.peek();
            if (next == null || (messages > 0 && bytes + next.bytes > MAX_COMMIT_BYTES)) {
                break;
            }
            queue.remove();
            bytes += next.bytes;
            commit.sending();
            try {
                send(next, ready, commit);
            } catch (RuntimeException e) {
                LOG.error("{}: a message could not be given to the producer", pulsarTopic, e);
                next.answer(new StreamFailure(Kind.UNAVAILABLE, pulsarTopic + " could not be written to"));
                commit.answered();
            }
        }
        var unused = ready.flushAsync();
        commit.seal();
    }

    private void send(PendingAppend append, Producer<byte[]> ready, Commit commit) {
        TypedMessageBuilder<byte[]> pulsar = ready.newMessage();
        MessageEncoder.encode(append.message, append.key, pulsar);
        if (orderingKeys.length > 0) {
            pulsar.orderingKey(orderingKeys[Partitioning.bucket(append.key, orderingKeys.length)]);
        }
        var unused = pulsar.sendAsync().whenComplete((id, failure) -> {
            if (failure == null) {
                append.answer(null);
            } else {
                answer(append, ready, failure);
            }
            commit.answered();
        });
    }

    private void answer(PendingAppend append, Producer<byte[]> sender, Throwable failure) {
        if (PulsarFailures.endsProducer(failure)) {
            turns.take(() -> producer.failed(sender));
        }
        StreamFailure ended = end;
        append.answer(ended == null ? PulsarFailures.of(failure, pulsarTopic) : ended);
    }

    private void answerAll(StreamFailure failure) {
        for (PendingAppend next = queue.poll(); next != null; next = queue.poll()) {
            next.answer(failure);
        }
    }

    private void end(StreamFailure failure) {
        if (end == null) {
            end = failure;
            answerAll(failure);
            var unused = producer.close().whenComplete((done, ignored) -> closed.complete(null));
        }
    }
}
