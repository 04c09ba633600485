package io.magnetar.stream.append;

import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.StreamLimits;
import io.magnetar.stream.append.PartitionContents.Held;
import io.magnetar.stream.turn.Turns;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends to one partition by group commit. While commits are under way the next one fills; an idle partition commits at once.
 *
 * <pre>
 *   append (any thread) --> queue --(a turn)--> log: a batch per ordering bucket --(Pulsar's thread)--> answers
 *                             ^  ^                                                    |
 *                             |  +------- a commit has ended: the next turn ----------+
 *                             +---------- the log has failed: batches in doubt, when the log that is opened anew has not got them
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
    private final StreamFailure late;
    private final Turns turns;
    private final PartitionOpener opener;
    private final AppendQueue queue = new AppendQueue();
    private final SentBatches sent = new SentBatches();
    private final BatchMaker batches;
    private final PartitionQuota quota;
    private final AtomicInteger commits = new AtomicInteger();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    /** What is answered to all that is left and all that comes; null while the writer works. Written in turns. */
    private volatile @Nullable StreamFailure end;
    /** Nothing waits and nothing is under way. Written in turns. */
    private volatile boolean idle = true;
    /** Owned by the turns, like all below. */
    private boolean closing;

    private @Nullable PartitionLog current;
    private long nextSequence;

    /**
     * A partition and how it is written to.
     *
     * @param buckets ordering buckets; 0 for plain batches
     * @param limits what it holds at most, until {@link #limit}
     */
    record Shape(int partition, int buckets, StreamLimits limits) {}

    /**
     * @param source opens the partition
     * @param contents looks at what the partition holds
     * @param streamExists whether the stream is defined
     */
    PartitionWriter(
            String pulsarTopic,
            Shape shape,
            Supplier<CompletableFuture<PartitionLog>> source,
            Supplier<CompletableFuture<Held>> contents,
            BooleanSupplier streamExists,
            Executor executor) {
        this.pulsarTopic = pulsarTopic;
        this.late = new StreamFailure(Kind.UNAVAILABLE, pulsarTopic + " could not be written to in time");
        this.batches = new BatchMaker(Partitioning.orderingKeys(shape.partition(), shape.buckets()));
        this.turns = new Turns(executor, this::turn);
        this.quota = new PartitionQuota(shape.limits(), contents, turns, System::nanoTime);
        this.opener = new PartitionOpener(pulsarTopic, source, streamExists, this::answerAll, turns);
    }

    void append(PendingAppend append) {
        queue.add(append);
        turns.take();
    }

    /** It holds so much from now on. */
    void limit(StreamLimits limits) {
        quota.limit(limits);
    }

    /** Lets fail what has waited too long; to be called now and then. */
    void tick() {
        if (!idle) {
            turns.take();
        }
    }

    /**
     * Commits what is there and ends.
     *
     * @param graceMillis how long this may take
     * @param after what is answered to the rest then
     * @return completes when all is answered and the log is closed; never fails
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
        sent.forgetSettled();
        commitWhatWaits();
        idle = queue.isEmpty() && sent.isEmpty();
        if (closing && idle) {
            end(new StreamFailure(Kind.UNAVAILABLE, pulsarTopic + " is closed here"));
        }
    }

    private void commitWhatWaits() {
        while (hasWork() && commits.get() < MAX_COMMITS) {
            PartitionLog log = ready();
            if (log == null) {
                return;
            }
            if (!quota.isSet()) {
                commit(log, MAX_COMMIT_MESSAGES, MAX_COMMIT_BYTES);
            } else if (!commitWhatFits(log)) {
                return;
            }
        }
    }

    /** @return false when it is not known yet whether there is room */
    private boolean commitWhatFits(PartitionLog log) {
        sent.forgetSettled();
        switch (quota.ask(sent)) {
            case WAIT -> {
                return false;
            }
            case REFUSE -> queue.answerAll(quota.full(pulsarTopic));
            case COMMIT ->
                commit(
                        log,
                        (int) Math.min(MAX_COMMIT_MESSAGES, quota.messages()),
                        Math.min(MAX_COMMIT_BYTES, quota.bytes()));
        }
        return true;
    }

    private boolean hasWork() {
        return !queue.isEmpty() || sent.hasDoubts();
    }

    private void expire() {
        long now = System.nanoTime();
        queue.answerDue(now, late);
        sent.answerDue(now, late);
    }

    /** The open log; null while there is none, and while batches are under way in one that has failed. */
    private @Nullable PartitionLog ready() {
        PartitionLog log = opener.ready();
        if (log == null) {
            return null;
        }
        if (!log.isOpen()) {
            if (commits.get() == 0) {
                opener.failed();
            }
            return null;
        }
        if (!log.equals(current)) {
            current = log;
            nextSequence = log.lastSequence() + 1;
            sent.resolve(log.lastSequence(), queue);
        }
        return log;
    }

    private void commit(PartitionLog log, int maxMessages, long maxBytes) {
        Commit commit = new Commit(() -> {
            commits.decrementAndGet();
            turns.take();
        });
        commits.incrementAndGet();
        batches.fill(queue, maxMessages, maxBytes);
        nextSequence = batches.drain(nextSequence, commit, batch -> {
            commit.sending();
            sent.add(batch);
            if (quota.isSet()) {
                quota.given(batch.messages().size(), batch.bytes());
            }
            append(log, batch);
        });
        log.flush();
        commit.seal();
    }

    private void append(PartitionLog log, Batch batch) {
        try {
            log.append(batch);
        } catch (RuntimeException e) {
            LOG.error("{}: messages could not be given to the log", pulsarTopic, e);
            batch.answer(new StreamFailure(Kind.UNAVAILABLE, pulsarTopic + " could not be written to"));
        }
    }

    private void answerAll(StreamFailure failure) {
        queue.answerAll(failure);
        sent.answerAll(failure);
    }

    private void end(StreamFailure failure) {
        if (end == null) {
            end = failure;
            answerAll(failure);
            var unused = opener.close().whenComplete((done, ignored) -> closed.complete(null));
        }
    }
}
