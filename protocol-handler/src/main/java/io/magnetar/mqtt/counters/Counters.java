package io.magnetar.mqtt.counters;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** The counts of one broker since it started. Thread: any. */
public final class Counters {
    private final LongAdder[] counts = new LongAdder[Counter.values().length];

    public Counters() {
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

    /** All counts by their labels. */
    public Map<String, Long> snapshot() {
        Map<String, Long> snapshot = new TreeMap<>();
        for (Counter counter : Counter.values()) {
            snapshot.put(counter.label(), get(counter));
        }
        return snapshot;
    }
}
