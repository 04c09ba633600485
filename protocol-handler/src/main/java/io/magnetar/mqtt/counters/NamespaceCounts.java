package io.magnetar.mqtt.counters;

import io.magnetar.mqtt.packet.ReasonCode;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** What happened how often in one namespace; it is counted for the broker as well. Thread: any. */
public final class NamespaceCounts {
    private final Counters broker;
    private final LongAdder[] counts = new LongAdder[Counter.values().length];
    private final AtomicLongArray refusals = new AtomicLongArray(ReasonCode.values().length);

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

    /** A connection was refused. */
    public void refuse(ReasonCode code) {
        broker.refuse(code);
        refusals.incrementAndGet(code.ordinal());
    }

    public long refusals(ReasonCode code) {
        return refusals.get(code.ordinal());
    }

    /** Adds what was counted here to others, without counting it for the broker again. */
    void addTo(NamespaceCounts others) {
        for (int i = 0; i < counts.length; i++) {
            others.counts[i].add(counts[i].sum());
        }
        for (int i = 0; i < refusals.length(); i++) {
            others.refusals.addAndGet(i, refusals.get(i));
        }
    }
}
