package io.magnetar.mqtt.counters;

import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.tenancy.Namespace;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The counts of one broker since it started. Thread: any. */
public final class Counters {
    private static final int DEFAULT_MAX_STREAMS = 1_000;

    private final LongAdder[] counts = new LongAdder[Counter.values().length];
    /** Refused connections by reason code. */
    private final LongAdder[] refusals = new LongAdder[ReasonCode.values().length];

    private final Map<Latency, Histogram> latencies = new EnumMap<>(Latency.class);
    private final TrafficTable traffic = new TrafficTable();
    private final DropTable drops = new DropTable();
    /** Of the sources of authentication, by their names, which the broker has. */
    private final Map<String, SourceCounts> sources = new ConcurrentSkipListMap<>();

    private final Map<Namespace, NamespaceCounts> namespaces = new ConcurrentHashMap<>();
    /** Of the namespaces that were closed. */
    private final NamespaceCounts closed = new NamespaceCounts(this);

    private volatile boolean anyClosed;
    private final StreamTrafficTable streams;

    public Counters() {
        this(DEFAULT_MAX_STREAMS);
    }

    /** @param maxStreams how many streams have counts of their own */
    public Counters(int maxStreams) {
        streams = new StreamTrafficTable(maxStreams);
        for (Latency latency : Latency.values()) {
            latencies.put(latency, new Histogram());
        }
        Arrays.setAll(counts, counter -> new LongAdder());
        Arrays.setAll(refusals, code -> new LongAdder());
    }

    public void count(Counter counter) {
        counts[counter.ordinal()].increment();
    }

    public long get(Counter counter) {
        return counts[counter.ordinal()].sum();
    }

    /** What happens in one namespace; to be kept by who counts for every message. */
    public NamespaceCounts of(Namespace namespace) {
        return namespaces.computeIfAbsent(namespace, ignored -> new NamespaceCounts(this));
    }

    /** The same when anything was counted there; nothing is made for it. */
    public Optional<NamespaceCounts> find(Namespace namespace) {
        return Optional.ofNullable(namespaces.get(namespace));
    }

    /** The namespaces that anything was counted in by {@link #of}. */
    public Set<Namespace> namespaces() {
        return namespaces.keySet();
    }

    /** Where a namespace is counted that is known, and for the broker alone otherwise. */
    public void count(Counter counter, @Nullable Namespace namespace) {
        if (namespace == null) {
            count(counter);
        } else {
            of(namespace).count(counter);
        }
    }

    /** The same of a refused connection. */
    public void refuse(ReasonCode code, @Nullable Namespace namespace) {
        if (namespace == null) {
            refuse(code);
        } else {
            of(namespace).refuse(code);
        }
    }

    /**
     * A namespace was closed: what was counted in it goes to all that were closed, so that no sum becomes less, and one of its name that
     * is opened later begins with nothing. To be called again a while later, for what was being counted then.
     */
    public void close(Namespace namespace) {
        anyClosed = true;
        traffic.close(namespace);
        drops.close(namespace);
        NamespaceCounts counted = namespaces.remove(namespace);
        if (counted != null) {
            counted.addTo(closed);
        }
    }

    /** What was counted in namespaces that were closed. */
    public NamespaceCounts closed() {
        return closed;
    }

    public boolean anyClosed() {
        return anyClosed;
    }

    /** A connection was refused. */
    public void refuse(ReasonCode code) {
        count(Counter.CONNECTIONS_REFUSED);
        refusals[code.ordinal()].increment();
    }

    public long refusals(ReasonCode code) {
        return refusals[code.ordinal()].sum();
    }

    /** A message of a namespace was dropped. */
    public void drop(Drop reason, Namespace namespace) {
        drops.count(reason, namespace);
    }

    public DropTable drops() {
        return drops;
    }

    /** What comes of asking a source of authentication of the broker. */
    public SourceCounts source(String name) {
        return sources.computeIfAbsent(name, ignored -> new SourceCounts());
    }

    /** Those of all sources by their names, in their order. */
    public Map<String, SourceCounts> sources() {
        return sources;
    }

    public Histogram latency(Latency latency) {
        return Objects.requireNonNull(latencies.get(latency));
    }

    public StreamTrafficTable streams() {
        return streams;
    }

    public TrafficTable traffic() {
        return traffic;
    }

    /** All counts by their labels. */
    public Map<String, Long> snapshot() {
        Map<String, Long> snapshot = new TreeMap<>();
        for (Counter counter : Counter.values()) {
            snapshot.put(counter.label(), get(counter));
        }
        for (Drop reason : Drop.values()) {
            snapshot.put(reason.label(), drops.sum(reason));
        }
        Traffic all = traffic.sum();
        snapshot.put("messagesReceived", all.packetsReceived(PacketType.PUBLISH));
        snapshot.put("messagesSent", all.packetsSent(PacketType.PUBLISH));
        return snapshot;
    }
}
