package io.magnetar.mqtt.counters;

import io.magnetar.tenancy.Namespace;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * The traffic of all event loops by namespace; that of connections before their CONNECT, and of refused ones, belongs to none.
 *
 * <p>Thread: any.
 */
public final class TrafficTable {
    /** How long an event loop may still count what it has begun with. */
    private static final long SETTLES_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Map<Optional<Namespace>, List<Traffic>> traffic = new ConcurrentHashMap<>();
    /** Of namespaces that were closed a short while ago, or whose connections have not all ended. Guarded by itself. */
    private final ArrayDeque<Retired> retired = new ArrayDeque<>();
    /** The sum of those that were closed before. Guarded by {@link #retired}. */
    private final Traffic closed = new Traffic();

    private record Retired(Traffic traffic, long sinceNanos) {}

    /** A place for one more event loop to count at. */
    public Traffic open(Optional<Namespace> namespace) {
        Traffic opened = new Traffic();
        traffic.compute(namespace, (key, known) -> {
            List<Traffic> all = known == null ? new CopyOnWriteArrayList<>() : known;
            all.add(opened);
            return all;
        });
        return opened;
    }

    void close(Namespace namespace) {
        List<Traffic> counted = traffic.remove(Optional.of(namespace));
        if (counted != null) {
            synchronized (retired) {
                counted.forEach(one -> {
                    one.retire();
                    retired.add(new Retired(one, System.nanoTime()));
                });
            }
        }
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

    /** The sum over all event loops of one namespace, for the calling thread alone. */
    public Traffic sum(Optional<Namespace> namespace) {
        Traffic sum = new Traffic();
        traffic.getOrDefault(namespace, List.of()).forEach(one -> one.addTo(sum));
        return sum;
    }

    /** The sum of everything, for the calling thread alone. */
    Traffic sum() {
        Traffic sum = closed();
        traffic.values().forEach(all -> all.forEach(one -> one.addTo(sum)));
        return sum;
    }

    /** Adds the sum over all event loops of one namespace to another one of the calling thread. */
    public void addTo(Traffic sum, Namespace namespace) {
        traffic.getOrDefault(Optional.of(namespace), List.of()).forEach(one -> one.addTo(sum));
    }

    /** The sum of all namespaces that were closed, for the calling thread alone. */
    public Traffic closed() {
        Traffic sum = new Traffic();
        synchronized (retired) {
            long settled = System.nanoTime() - SETTLES_NANOS;
            for (Iterator<Retired> all = retired.iterator(); all.hasNext(); ) {
                Retired one = all.next();
                if (one.sinceNanos() - settled < 0 && one.traffic().connections() == 0) {
                    one.traffic().addTo(closed);
                    all.remove();
                } else {
                    one.traffic().addTo(sum);
                }
            }
            closed.addTo(sum);
        }
        return sum;
    }
}
