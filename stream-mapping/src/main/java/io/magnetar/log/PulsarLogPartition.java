package io.magnetar.log;

import io.magnetar.stream.failure.PulsarFailures;
import io.magnetar.stream.read.PartitionCursor;
import io.magnetar.stream.turn.Turns;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.api.TopicMessageId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reading of one partition of a log, by one reader after the other.
 *
 * <pre>
 *   ASKS the last position --> LOADS up to it, what compaction has left --> FOLLOWS from it, record by record
 *                                 | nothing comes for some seconds             ^     | the reader fails
 *                                 +--> LOADS again, all that was ever written  +-----+ after a pause, where it was
 * </pre>
 *
 * Two readers, because one that reads compacted data may stop for ever when its Pulsar topic moves to another broker.
 *
 * <p>Thread: the follower's turns, but for {@link #loaded()}.
 */
final class PulsarLogPartition {
    private static final Logger LOG = LoggerFactory.getLogger(PulsarLogPartition.class);
    /** After so many records it is the next partition's turn. */
    private static final int BURST = 256;

    private static final int PREFETCH = 2_000;
    private static final long STALL_MILLIS = 15_000;
    private static final long REOPEN_MILLIS = 1_000;

    private final PulsarClient client;
    private final String pulsarTopic;
    private final LogFollower follower;
    private final Turns turns;
    private final CompletableFuture<Void> loaded = new CompletableFuture<>();

    private @Nullable PartitionCursor cursor;
    /** Where the load ends; null when it has ended. */
    private @Nullable PulsarLogPosition loadEnd;
    /** The last record that was passed on, or where the load ended. */
    private MessageId last = MessageId.earliest;

    private boolean asksForMore;
    private long records;
    private boolean closed;

    PulsarLogPartition(PulsarClient client, String pulsarTopic, LogFollower follower, Turns turns) {
        this.client = client;
        this.pulsarTopic = pulsarTopic;
        this.follower = follower;
        this.turns = turns;
    }

    /** Completes, on any thread, when all that was there at {@link #open} has been passed on. */
    CompletableFuture<Void> loaded() {
        return loaded;
    }

    void open() {
        var unused = reader(MessageId.latest, false)
                .thenCompose(
                        probe -> probe.getLastMessageIdsAsync().whenComplete((ids, failure) -> closeQuietly(probe)))
                .whenComplete((ids, failure) -> turns.take(() -> {
                    if (ids != null) {
                        load(ids);
                    } else {
                        failed(failure);
                    }
                }));
    }

    private void load(List<TopicMessageId> lastIds) {
        PulsarLogPosition end = lastIds.isEmpty() ? null : PulsarLogPosition.of(lastIds.get(0));
        if (end == null || end.isNone()) {
            endLoad();
            return;
        }
        loadEnd = end;
        last = lastIds.get(0);
        use(MessageId.earliest, true);
    }

    private void use(MessageId after, boolean compacted) {
        var unused = reader(after, compacted)
                .whenComplete((reader, failure) -> turns.take(() -> {
                    if (reader == null) {
                        failed(failure);
                    } else if (closed) {
                        closeQuietly(reader);
                    } else {
                        cursor = new PartitionCursor(reader);
                        if (compacted) {
                            watchLoad(records);
                        }
                    }
                }));
    }

    private CompletableFuture<Reader<byte[]>> reader(MessageId after, boolean compacted) {
        return client.newReader()
                .topic(pulsarTopic)
                .startMessageId(after)
                .readCompacted(compacted)
                .subscriptionRolePrefix("magnetar")
                .receiverQueueSize(PREFETCH)
                .createAsync();
    }

    /** Reads what is there already. */
    boolean readSome() {
        PartitionCursor reading = cursor;
        if (reading == null || asksForMore || reading.isWaiting()) {
            return false;
        }
        try {
            for (int read = 0; read < BURST; read++) {
                Message<byte[]> message = reading.poll();
                if (message == null) {
                    awaitMore(reading);
                    return false;
                }
                if (!take(message)) {
                    return false;
                }
            }
            return true;
        } catch (PulsarClientException e) {
            failed(e);
            return false;
        }
    }

    /** @return whether the reader is to be read on */
    private boolean take(Message<byte[]> message) {
        PulsarLogPosition end = loadEnd;
        PulsarLogPosition position = PulsarLogPosition.of(message.getMessageId());
        if (end == null) {
            last = message.getMessageId();
        } else if (position.isBeyond(end)) {
            endLoad();
            return false;
        }
        records++;
        pass(message);
        if (end != null && !end.isBeyond(position)) {
            endLoad();
            return false;
        }
        return true;
    }

    private void pass(Message<byte[]> message) {
        try {
            follower.onRecord(new LogRecord(
                    message.hasKey() ? message.getKey() : "",
                    message.getData(),
                    message.getProperties(),
                    message.getBrokerPublishTime().orElseGet(message::getPublishTime)));
        } catch (RuntimeException e) {
            LOG.error("{}: a record could not be taken", pulsarTopic, e);
        }
    }

    /** While it loads, having nothing may be the end: the last position may be of a record that compaction has removed. */
    private void awaitMore(PartitionCursor reading) {
        if (loadEnd == null) {
            reading.await(turns::take);
            return;
        }
        asksForMore = true;
        var unused = reading.hasMore()
                .whenComplete((more, failure) -> turns.take(() -> {
                    asksForMore = false;
                    if (reading != cursor) {
                        return;
                    }
                    if (more == null) {
                        failed(failure);
                    } else if (more) {
                        reading.await(turns::take);
                    } else {
                        endLoad();
                    }
                }));
    }

    private void endLoad() {
        loadEnd = null;
        closeCursor();
        use(last, false);
        loaded.complete(null);
    }

    /** A compacted reader that brings nothing for long will bring nothing at all. */
    private void watchLoad(long before) {
        CompletableFuture.delayedExecutor(STALL_MILLIS, TimeUnit.MILLISECONDS)
                .execute(() -> turns.take(() -> {
                    if (loadEnd == null || closed) {
                        return;
                    }
                    if (records > before) {
                        watchLoad(records);
                    } else {
                        LOG.warn("{}: reading compacted data has stopped, everything is read instead", pulsarTopic);
                        closeCursor();
                        use(MessageId.earliest, false);
                    }
                }));
    }

    /** The first load fails as a whole, its user tries again; after that it goes on where it was. */
    private void failed(@Nullable Throwable failure) {
        Throwable cause = failure == null ? new IllegalStateException("no reader") : failure;
        closeCursor();
        if (closed) {
            return;
        }
        if (!loaded.isDone()) {
            closed = true;
            loaded.completeExceptionally(new IllegalStateException(
                    PulsarFailures.of(cause, pulsarTopic).reason(), cause));
            return;
        }
        LOG.warn("{} cannot be read, it is tried again: {}", pulsarTopic, cause.toString());
        CompletableFuture.delayedExecutor(REOPEN_MILLIS, TimeUnit.MILLISECONDS)
                .execute(() -> turns.take(() -> {
                    if (!closed) {
                        use(last, false);
                    }
                }));
    }

    void close() {
        closed = true;
        closeCursor();
        loaded.completeExceptionally(new IllegalStateException(pulsarTopic + " is no longer followed"));
    }

    private void closeCursor() {
        asksForMore = false;
        if (cursor != null) {
            cursor.close();
            cursor = null;
        }
    }

    private static void closeQuietly(Reader<byte[]> reader) {
        var unused = reader.closeAsync().exceptionally(ignored -> null);
    }
}
