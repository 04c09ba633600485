package io.magnetar.mqtt.counters;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/** What happened how often in one namespace; it is counted for the broker as well. Thread: any. */
public final class NamespaceCounts {
    private final Counters broker;
    private final LongAdder[] counts = new LongAdder[Counter.values().length];

    NamespaceCounts(Counters broker) {
        this.broker = broker;
        Arrays.setAll(counts, counter -> new LongAdder());
    }

    public void count(Counter counter) {
        broker.count(counter);
        counts[counter.ordinal()].increment();
    }

    public long get(Counter counter) {
        return counts[counter.ordinal()].sum();
    }
}
