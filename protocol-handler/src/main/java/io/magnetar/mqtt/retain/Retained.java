package io.magnetar.mqtt.retain;

import io.magnetar.log.CompactedLog;
import io.magnetar.tenancy.Namespace;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The retained messages of all namespaces. None knows of another's. Thread: any. */
public final class Retained {
    /** So that a million messages that expire at once do not fill the log's queue. */
    private static final int MAX_EXPIRED_PER_SWEEP = 10_000;

    private final boolean available;
    private final Function<Namespace, RetainLimits> limits;
    private final Map<Namespace, RetainedStore> stores = new ConcurrentHashMap<>();

    /** @param available whether messages are retained at all */
    public Retained(boolean available, RetainLimits limits) {
        this(available, namespace -> limits);
    }

    /**
     * @param available whether messages are retained at all
     * @param limits in force for a namespace now; asked for every retained message
     */
    public Retained(boolean available, Function<Namespace, RetainLimits> limits) {
        this.available = available;
        this.limits = limits;
    }

    public boolean isAvailable() {
        return available;
    }

    /**
     * Loads the retained messages of a namespace and follows what others make of them. Until then the namespace has none, and
     * none can be published.
     *
     * @return completes when all are here
     */
    public CompletableFuture<Void> open(Namespace namespace, CompactedLog log) {
        return store(namespace).open(log);
    }

    /** Forgets the retained messages of a namespace, whose tenant was deleted. */
    public void close(Namespace namespace) {
        stores.remove(namespace);
    }

    public RetainedStore store(Namespace namespace) {
        return stores.computeIfAbsent(namespace, key -> new RetainedStore(key, () -> limits.apply(key)));
    }

    /** Deletes what has expired; to be called now and then. */
    public void expire(long nowMillis) {
        stores.values().forEach(store -> store.expire(nowMillis, MAX_EXPIRED_PER_SWEEP));
    }

    /** Passes all namespaces that are known here. */
    public void forEach(BiConsumer<Namespace, RetainedStore> visitor) {
        stores.forEach(visitor);
    }
}
