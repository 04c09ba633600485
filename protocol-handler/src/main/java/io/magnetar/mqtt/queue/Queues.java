package io.magnetar.mqtt.queue;

import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.queue.QueueReaders;
import io.magnetar.tenancy.Namespace;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The queues of all namespaces that have one: opened with the first durable subscription of a namespace, and then kept.
 *
 * <p>Thread: any.
 */
public final class Queues {
    private final QueueReaders readers;
    private final int maxReaders;
    private final Consumer<StreamDefinition> onMade;
    private final ScheduledExecutorService executor;
    private final AtomicInteger readersInUse = new AtomicInteger();
    private final Map<Namespace, CompletableFuture<NamespaceQueue>> queues = new ConcurrentHashMap<>();

    /**
     * @param maxReaders how many sessions' partitions that have not caught up are read at a time; the others wait for their turn
     * @param onMade told of each queue before it is used
     * @param executor runs the tails
     */
    public Queues(
            QueueReaders readers,
            int maxReaders,
            Consumer<StreamDefinition> onMade,
            ScheduledExecutorService executor) {
        this.readers = readers;
        this.maxReaders = maxReaders;
        this.onMade = onMade;
        this.executor = executor;
    }

    /** The queue of a namespace, made when it is not there. After a failure the next call tries again. */
    public CompletableFuture<NamespaceQueue> of(Namespace namespace) {
        CompletableFuture<NamespaceQueue> opening = queues.computeIfAbsent(namespace, this::open);
        if (opening.isCompletedExceptionally()) {
            queues.remove(namespace, opening);
        }
        return opening;
    }

    private CompletableFuture<NamespaceQueue> open(Namespace namespace) {
        return readers.provision(namespace).thenCompose(definition -> {
            onMade.accept(definition);
            return NamespaceQueue.open(readers, definition, readersInUse, maxReaders, executor);
        });
    }

    /** The tenant of a queue was deleted: the tails end. */
    public void close(Namespace namespace) {
        CompletableFuture<NamespaceQueue> opened = queues.remove(namespace);
        if (opened != null) {
            var unused = opened.thenAccept(NamespaceQueue::close);
        }
    }

    public void close() {
        queues.values().forEach(opening -> {
            var unused = opening.thenAccept(NamespaceQueue::close);
        });
    }
}
