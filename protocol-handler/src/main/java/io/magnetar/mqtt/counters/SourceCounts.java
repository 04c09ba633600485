package io.magnetar.mqtt.counters;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/** What came of asking one source of authentication about clients. Thread: any. */
public final class SourceCounts {
    private final LongAdder[] counts = new LongAdder[SourceOutcome.values().length];

    SourceCounts() {
        Arrays.setAll(counts, outcome -> new LongAdder());
    }

    public void count(SourceOutcome outcome) {
        counts[outcome.ordinal()].increment();
    }

    public long get(SourceOutcome outcome) {
        return counts[outcome.ordinal()].sum();
    }
}
