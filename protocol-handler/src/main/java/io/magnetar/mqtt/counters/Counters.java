package io.magnetar.mqtt.counters;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** The counts of one broker since it started. Thread: any. */
public final class Counters {
    private final LongAdder[] counts = new LongAdder[Counter.values().length];
    private final Map<Latency, Histogram> latencies = new EnumMap<>(Latency.class);
    private final TrafficTable traffic = new TrafficTable();

    public Counters() {
        for (Latency latency : Latency.values()) {
            latencies.put(latency, new Histogram());
        }
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    public void count(Counter counter) {
        counts[counter.ordinal()].increment();
    }

    public long get(Counter counter) {
        return counts[counter.ordinal()].sum();
    }

    public Histogram latency(Latency latency) {
        return Objects.requireNonNull(latencies.get(latency));
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
        return snapshot;
    }
}
