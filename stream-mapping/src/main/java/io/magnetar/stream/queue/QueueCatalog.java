package io.magnetar.stream.queue;

import io.magnetar.stream.NamespaceStreams;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The queues that were made: one for each namespace that has, or had, a durable subscription. They go when their tenants do.
 *
 * <p>Thread: any.
 */
public final class QueueCatalog implements StreamCatalog {
    private final Map<Namespace, Queue> queues = new ConcurrentHashMap<>();
    private final List<Consumer<Namespace>> listeners = new CopyOnWriteArrayList<>();

    /** The queue of one namespace, or none. */
    private record Queue(List<StreamDefinition> all) implements NamespaceStreams {
        @Override
        public Optional<StreamDefinition> named(String name) {
            return all.stream().filter(queue -> queue.name().equals(name)).findFirst();
        }

        @Override
        public List<StreamDefinition> matching(String topic) {
            return all;
        }

        @Override
        public Optional<StreamDefinition> covering(TopicFilter filter) {
            return all.stream().findFirst();
        }
    }

    public void add(StreamDefinition queue) {
        queues.put(queue.namespace(), new Queue(List.of(queue)));
    }

    /** The tenant was deleted, and its queue with it. */
    public void remove(Namespace namespace) {
        if (queues.remove(namespace) != null) {
            listeners.forEach(listener -> listener.accept(namespace));
        }
    }

    @Override
    public NamespaceStreams of(Namespace namespace) {
        Queue queue = queues.get(namespace);
        return queue == null ? new Queue(List.of()) : queue;
    }

    @Override
    public void onChange(Consumer<Namespace> listener) {
        listeners.add(listener);
    }

    @Override
    public List<RefusedStream> refused() {
        return List.of();
    }

    @Override
    public List<StreamDefinition> all() {
        return queues.values().stream().flatMap(queue -> queue.all().stream()).toList();
    }
}
