package io.magnetar.mqtt.counters;

import java.util.concurrent.atomic.LongAdder;

/** Counts durations by buckets. Thread: any. */
public final class Histogram {
    private final long[] boundsMicros = Latency.boundsMicros();
    private final LongAdder[] buckets = new LongAdder[boundsMicros.length + 1];
    private final LongAdder sumMicros = new LongAdder();

    Histogram() {
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = new LongAdder();
        }
    }

    /** Records a duration; a negative one, which a clock that was set back makes, counts as none. */
    public void recordMicros(long micros) {
        long counted = Math.max(0, micros);
        int bucket = 0;
        while (bucket < boundsMicros.length && counted > boundsMicros[bucket]) {
            bucket++;
        }
        buckets[bucket].increment();
        sumMicros.add(counted);
    }

    /** How many buckets have an upper bound; the last bucket has none. */
    public int bounds() {
        return boundsMicros.length;
    }

    public long boundMicros(int bucket) {
        return boundsMicros[bucket];
    }

    /** How many durations are in a bucket, from 0 to {@link #bounds()}. */
    public long count(int bucket) {
        return buckets[bucket].sum();
    }

    public long sumMicros() {
        return sumMicros.sum();
    }
}
