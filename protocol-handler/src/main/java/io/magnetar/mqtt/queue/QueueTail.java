package io.magnetar.mqtt.queue;

import io.magnetar.mqtt.owner.Owner;
import io.magnetar.stream.Position;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.queue.QueueReaders;
import io.magnetar.stream.queue.QueueReaders.QueueListener;
import io.magnetar.stream.queue.QueueReaders.QueueReader;
import io.magnetar.stream.queue.QueuedMessage;
import io.magnetar.stream.turn.Turns;
import io.magnetar.topic.TopicTrie;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest messages of one partition, read and decoded once for all sessions that have caught up.
 *
 * <p>It remembers what it passed on last, so that a session which comes with the position of one of these misses nothing and gets
 * nothing twice.
 *
 * <p>Thread: turns; {@link #position()} and {@link #remembersFrom()} may be read by any.
 */
final class QueueTail implements QueueListener {
    private static final Logger LOG = LoggerFactory.getLogger(QueueTail.class);
    private static final int AHEAD_MESSAGES = 1_024;
    private static final int MAX_REMEMBERED_MESSAGES = 4_096;
    private static final long MAX_REMEMBERED_BYTES = 4 << 20;
    private static final long PAUSE_MILLIS = 2;
    private static final long REOPEN_MILLIS = 500;

    private final QueueReaders readers;
    private final StreamDefinition queue;
    private final int partition;
    private final TailMatches matches;
    private final ScheduledExecutorService executor;
    private final Turns turns;

    private final Set<TailSubscriber> attached = new HashSet<>();
    private final ArrayDeque<QueuedMessage> remembered = new ArrayDeque<>();
    private long rememberedBytes;
    private @Nullable QueueReader reader;
    private boolean closed;

    private volatile Position position;
    private volatile Position remembersFrom;

    /**
     * @param end the position to begin after
     * @param filters those of all sessions that follow tails of the queue
     */
    QueueTail(
            QueueReaders readers,
            StreamDefinition queue,
            int partition,
            Position end,
            TopicTrie<TailSubscriber, TailSubscriber> filters,
            ScheduledExecutorService executor) {
        this.readers = readers;
        this.queue = queue;
        this.partition = partition;
        this.matches = new TailMatches(filters);
        this.position = end;
        this.remembersFrom = end;
        this.executor = executor;
        this.turns = new Turns(executor, () -> {});
    }

    /** Opens it; fails when the partition cannot be read now. */
    CompletableFuture<Void> open() {
        return readers.open(queue, partition, position, this)
                .thenAccept(opened -> turns.take(() -> {
                    reader = opened;
                    if (closed) {
                        opened.close();
                    } else {
                        opened.request(AHEAD_MESSAGES);
                    }
                }));
    }

    /** The position of the partition's newest message, asked of the reader that is open. */
    CompletableFuture<Position> end() {
        CompletableFuture<Position> end = new CompletableFuture<>();
        turns.take(() -> {
            QueueReader open = reader;
            var unused = (open == null ? readers.end(queue, partition) : open.end()).whenComplete((last, failure) -> {
                if (failure == null) {
                    end.complete(last);
                } else {
                    end.completeExceptionally(failure);
                }
            });
        });
        return end;
    }

    /** All at it and before has been handed to the owners of the sessions that follow. */
    Position position() {
        return position;
    }

    /** Whoever has read up to it, or further, can join. */
    Position remembersFrom() {
        return remembersFrom;
    }

    /**
     * Lets a session follow from a position on.
     *
     * @param answer told at the session's owner what it has missed since {@code after}; null when that is not remembered
     */
    void join(TailSubscriber subscriber, Position after, Consumer<@Nullable List<QueuedMessage>> answer) {
        turns.take(() -> {
            List<QueuedMessage> missed = null;
            if (!remembersFrom.isAfter(after)) {
                attached.add(subscriber);
                missed = remembered.stream()
                        .filter(message -> message.position().isAfter(after))
                        .toList();
            }
            List<QueuedMessage> result = missed;
            subscriber.owner().execute(() -> answer.accept(result));
        });
    }

    void leave(TailSubscriber subscriber) {
        turns.take(() -> attached.remove(subscriber));
    }

    @Override
    public void onMessages(List<QueuedMessage> messages) {
        turns.take(() -> passOn(messages));
    }

    private void passOn(List<QueuedMessage> messages) {
        Map<TailSubscriber, List<QueuedMessage>> wanted = new LinkedHashMap<>();
        for (QueuedMessage message : messages) {
            remember(message);
            if (attached.isEmpty()) {
                continue;
            }
            for (TailSubscriber subscriber : matches.of(message.message().topic())) {
                if (attached.contains(subscriber)) {
                    wanted.computeIfAbsent(subscriber, ignored -> new ArrayList<>())
                            .add(message);
                }
            }
        }
        boolean keepsUp = handOver(wanted);
        position = messages.get(messages.size() - 1).position();
        if (keepsUp) {
            request(messages.size());
        } else {
            later(PAUSE_MILLIS, () -> request(messages.size()));
        }
    }

    private void request(int messages) {
        if (reader != null) {
            reader.request(messages);
        }
    }

    /** @return false when an owner is behind with its tasks */
    private boolean handOver(Map<TailSubscriber, List<QueuedMessage>> wanted) {
        Map<Owner, List<Map.Entry<TailSubscriber, List<QueuedMessage>>>> byOwner = new LinkedHashMap<>();
        wanted.entrySet()
                .forEach(entry -> byOwner.computeIfAbsent(entry.getKey().owner(), ignored -> new ArrayList<>())
                        .add(entry));
        boolean keepsUp = true;
        for (var group : byOwner.entrySet()) {
            group.getKey()
                    .execute(() ->
                            group.getValue().forEach(entry -> entry.getKey().onTail(partition, entry.getValue())));
            keepsUp &= !group.getKey().isCongested();
        }
        return keepsUp;
    }

    private void remember(QueuedMessage message) {
        remembered.add(message);
        rememberedBytes += message.message().weight();
        while (remembered.size() > MAX_REMEMBERED_MESSAGES || rememberedBytes > MAX_REMEMBERED_BYTES) {
            QueuedMessage forgotten = remembered.remove();
            rememberedBytes -= forgotten.message().weight();
            remembersFrom = forgotten.position();
        }
    }

    @Override
    public void onPlaceLost() {
        LOG.warn("{} could not be read for longer than it keeps messages", queue.pulsarTopic(partition));
    }

    @Override
    public void onFailed(StreamFailure failure) {
        LOG.warn("The tail of {} is opened again: {}", queue.pulsarTopic(partition), failure.reason());
        turns.take(() -> {
            reader = null;
            reopenLater();
        });
    }

    private void reopenLater() {
        later(REOPEN_MILLIS, () -> {
            if (!closed) {
                var unused = open().exceptionally(failure -> {
                    LOG.info("{} cannot be read yet: {}", queue.pulsarTopic(partition), failure.getMessage());
                    reopenLater();
                    return null;
                });
            }
        });
    }

    private void later(long millis, Runnable task) {
        var unused = executor.schedule(() -> turns.take(task), millis, TimeUnit.MILLISECONDS);
    }

    void close() {
        turns.take(() -> {
            closed = true;
            if (reader != null) {
                reader.close();
            }
        });
    }
}
