package io.magnetar.mqtt.metrics;

import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.counters.Traffic;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which namespaces have lines of their own: the first that were there, as long as they are open. One that is not among them stays with
 * the others also when there is room, for what has been counted as theirs must not become less.
 *
 * <p>Synchronization: one scrape at a time.
 */
final class NamespaceLines {
    private final int most;
    private final Counters counters;
    private final Set<Namespace> own = new HashSet<>();
    private final Set<Namespace> others = new HashSet<>();

    NamespaceLines(int most, Counters counters) {
        this.most = most;
        this.counters = counters;
    }

    /**
     * The lines that there are now, by name, and last that of the others when there are any.
     *
     * @param more namespaces that have something, but may have had no connection
     */
    synchronized List<NamespaceLine> now(Set<Namespace> more) {
        Set<Namespace> known = new HashSet<>(more);
        known.addAll(counters.traffic().namespaces());
        known.addAll(counters.drops().namespaces());
        known.addAll(counters.namespaces());
        own.retainAll(known);
        others.retainAll(known);
        known.stream()
                .filter(namespace -> !own.contains(namespace) && !others.contains(namespace))
                .sorted(Comparator.comparing(Namespace::name))
                .forEach(namespace -> (own.size() < most ? own : others).add(namespace));
        List<NamespaceLine> lines = new ArrayList<>();
        own.stream()
                .sorted(Comparator.comparing(Namespace::name))
                .forEach(namespace -> lines.add(new NamespaceLine(
                        namespace.name(),
                        List.of(namespace),
                        counters,
                        null,
                        counters.traffic().sum(Optional.of(namespace)))));
        if (!others.isEmpty() || counters.anyClosed()) {
            lines.add(ofOthers());
        }
        return lines;
    }

    private NamespaceLine ofOthers() {
        Traffic sum = counters.traffic().closed();
        others.forEach(namespace -> counters.traffic().addTo(sum, namespace));
        return new NamespaceLine(NamespaceLine.OTHERS, List.copyOf(others), counters, counters.closed(), sum);
    }
}
