package io.magnetar.mqtt.queue;

import io.magnetar.stream.Position;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.append.Partitioning;
import io.magnetar.stream.queue.QueueReaders;
import io.magnetar.stream.queue.QueueReaders.QueueListener;
import io.magnetar.stream.queue.QueueReaders.QueueReader;
import io.magnetar.topic.TopicFilter;
import io.magnetar.topic.TopicTrie;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The queue of one namespace: its tails, and the readers of those who have not caught up.
 *
 * <p>Thread: any.
 */
public final class NamespaceQueue {
    private final QueueReaders readers;
    private final StreamDefinition definition;
    private final TopicTrie<TailSubscriber, TailSubscriber> filters = new TopicTrie<>();
    private final List<QueueTail> tails;
    private final AtomicInteger readersInUse;
    private final int maxReaders;
    private final SharedQuestion<List<Position>> ends;

    private NamespaceQueue(
            QueueReaders readers,
            StreamDefinition definition,
            List<Position> ends,
            AtomicInteger readersInUse,
            int maxReaders,
            ScheduledExecutorService executor) {
        this.readers = readers;
        this.definition = definition;
        this.readersInUse = readersInUse;
        this.maxReaders = maxReaders;
        this.ends = new SharedQuestion<>(this::endsOfTails);
        this.tails = IntStream.range(0, definition.partitions())
                .mapToObj(partition ->
                        new QueueTail(readers, definition, partition, ends.get(partition), filters, executor))
                .toList();
    }

    /** Makes the queue unless it is there, and opens its tails. */
    static CompletableFuture<NamespaceQueue> open(
            QueueReaders readers,
            StreamDefinition definition,
            AtomicInteger readersInUse,
            int maxReaders,
            ScheduledExecutorService executor) {
        return ends(readers, definition).thenCompose(ends -> {
            NamespaceQueue queue = new NamespaceQueue(readers, definition, ends, readersInUse, maxReaders, executor);
            return all(queue.tails.stream().map(QueueTail::open).toList())
                    .<NamespaceQueue>thenApply(opened -> queue)
                    .whenComplete((opened, failure) -> {
                        if (failure != null) {
                            queue.close();
                        }
                    });
        });
    }

    private static CompletableFuture<List<Position>> ends(QueueReaders readers, StreamDefinition definition) {
        return all(IntStream.range(0, definition.partitions())
                .mapToObj(partition -> readers.end(definition, partition))
                .toList());
    }

    private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> futures) {
        return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                .thenApply(done ->
                        futures.stream().map(future -> future.getNow(null)).toList());
    }

    public StreamDefinition definition() {
        return definition;
    }

    /** Where each partition ends now: what was confirmed before is at these positions or before. */
    public CompletableFuture<List<Position>> ends() {
        return ends.ask();
    }

    private CompletableFuture<List<Position>> endsOfTails() {
        return all(tails.stream().map(QueueTail::end).toList());
    }

    /** The partitions that messages of a filter are in. */
    BitSet partitions(TopicFilter filter) {
        BitSet partitions = new BitSet();
        if (filter.hasWildcards()) {
            partitions.set(0, definition.partitions());
        } else {
            partitions.set(Partitioning.partition(filter.value(), definition.partitions()));
        }
        return partitions;
    }

    QueueTail tail(int partition) {
        return tails.get(partition);
    }

    void subscribe(TopicFilter filter, TailSubscriber subscriber) {
        filters.put(filter, subscriber, subscriber);
    }

    void unsubscribe(TopicFilter filter, TailSubscriber subscriber) {
        filters.remove(filter, subscriber);
    }

    /** Opens a reader for one session; null when too many are open, then it is to be tried again later. */
    @Nullable
    CompletableFuture<QueueReader> read(int partition, Position after, QueueListener listener) {
        if (readersInUse.incrementAndGet() > maxReaders) {
            readersInUse.decrementAndGet();
            return null;
        }
        return readers.open(definition, partition, after, listener).whenComplete((reader, failure) -> {
            if (failure != null) {
                readersInUse.decrementAndGet();
            }
        });
    }

    /** Closes a reader that {@link #read} opened. */
    void close(QueueReader reader) {
        readersInUse.decrementAndGet();
        Objects.requireNonNull(reader).close();
    }

    /** It failed and is closed. */
    void failed() {
        readersInUse.decrementAndGet();
    }

    void close() {
        tails.forEach(QueueTail::close);
    }
}
