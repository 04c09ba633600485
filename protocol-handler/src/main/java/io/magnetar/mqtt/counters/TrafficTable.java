package io.magnetar.mqtt.counters;

import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToLongFunction;

/**
 * The traffic of all event loops by namespace; that of connections before their CONNECT, and of refused ones, belongs to none.
 *
 * <p>Thread: any.
 */
public final class TrafficTable {
    private final Map<Optional<Namespace>, List<Traffic>> traffic = new ConcurrentHashMap<>();

    /** A place for one more event loop to count at. */
    public Traffic open(Optional<Namespace> namespace) {
        Traffic opened = new Traffic();
        traffic.computeIfAbsent(namespace, key -> new CopyOnWriteArrayList<>()).add(opened);
        return opened;
    }

    /** The namespaces that connections were in. */
    public List<Namespace> namespaces() {
        return traffic.keySet().stream().flatMap(Optional::stream).toList();
    }

    /** The sum over all event loops of one namespace. */
    public long sum(Optional<Namespace> namespace, ToLongFunction<Traffic> count) {
        return traffic.getOrDefault(namespace, List.of()).stream()
                .mapToLong(count)
                .sum();
    }
}
