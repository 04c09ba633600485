package io.magnetar.mqtt.counters;

import io.magnetar.tenancy.Namespace;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The traffic of each stream, for so many of them; what comes later is counted together, as one stream without a name.
 *
 * <p>Thread: any.
 */
public final class StreamTrafficTable {
    /** @param namespace empty, as the name is, for all streams that have no counts of their own */
    public record StreamName(String namespace, String name) {
        private static final Comparator<StreamName> ORDER =
                Comparator.comparing(StreamName::namespace).thenComparing(StreamName::name);
    }

    private static final StreamName OTHERS = new StreamName("", "");

    private final int maxStreams;
    private final Map<StreamName, StreamTraffic> streams = new ConcurrentHashMap<>();
    private final StreamTraffic others = new StreamTraffic();

    StreamTrafficTable(int maxStreams) {
        this.maxStreams = maxStreams;
    }

    /** The traffic of a stream, or that of all others. */
    public StreamTraffic of(Namespace namespace, String name) {
        StreamName key = new StreamName(namespace.name(), name);
        StreamTraffic known = streams.get(key);
        if (known != null) {
            return known;
        }
        synchronized (streams) {
            return streams.size() < maxStreams ? streams.computeIfAbsent(key, ignored -> new StreamTraffic()) : others;
        }
    }

    /** The traffic of a stream when it has counts of its own. Nothing is made for it. */
    public Optional<StreamTraffic> find(Namespace namespace, String name) {
        return Optional.ofNullable(streams.get(new StreamName(namespace.name(), name)));
    }

    /** Whether all streams have counts of their own. */
    public boolean countsEach() {
        return streams.size() < maxStreams;
    }

    /** Forgets the streams of a namespace but those of these names. */
    public void retain(Namespace namespace, Set<String> names) {
        streams.keySet().removeIf(key -> key.namespace().equals(namespace.name()) && !names.contains(key.name()));
    }

    /** All that has been counted, the nameless rest first. */
    public Map<StreamName, StreamTraffic> all() {
        Map<StreamName, StreamTraffic> all = new TreeMap<>(StreamName.ORDER);
        all.putAll(streams);
        all.put(OTHERS, others);
        return all;
    }
}
