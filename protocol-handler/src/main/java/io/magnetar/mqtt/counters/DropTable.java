package io.magnetar.mqtt.counters;

import io.magnetar.tenancy.Namespace;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Dropped messages by namespace and reason. Thread: any. */
public final class DropTable {
    private final Map<Namespace, LongAdder[]> drops = new ConcurrentHashMap<>();
    private final LongAdder[] closed = zeros();

    void count(Drop reason, Namespace namespace) {
        drops.computeIfAbsent(namespace, key -> zeros())[reason.ordinal()].increment();
    }

    private static LongAdder[] zeros() {
        LongAdder[] zeros = new LongAdder[Drop.values().length];
        Arrays.setAll(zeros, reason -> new LongAdder());
        return zeros;
    }

    void close(Namespace namespace) {
        LongAdder[] counts = drops.remove(namespace);
        if (counts != null) {
            for (int i = 0; i < counts.length; i++) {
                closed[i].add(counts[i].sum());
            }
        }
    }

    /** The sum over all namespaces that were closed. */
    public long closed(Drop reason) {
        return closed[reason.ordinal()].sum();
    }

    /** The namespaces that messages were dropped in. */
    public Set<Namespace> namespaces() {
        return drops.keySet();
    }

    public long get(Drop reason, Namespace namespace) {
        LongAdder[] counts = drops.get(namespace);
        return counts == null ? 0 : counts[reason.ordinal()].sum();
    }

    /** The sum over all reasons. */
    public long sum(Namespace namespace) {
        LongAdder[] counts = drops.get(namespace);
        return counts == null
                ? 0
                : Arrays.stream(counts).mapToLong(LongAdder::sum).sum();
    }

    /** The sum over all namespaces. */
    public long sum(Drop reason) {
        return closed(reason)
                + drops.values().stream()
                        .mapToLong(counts -> counts[reason.ordinal()].sum())
                        .sum();
    }
}
