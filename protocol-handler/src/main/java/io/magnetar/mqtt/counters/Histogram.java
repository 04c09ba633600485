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

    /** How many durations there are. */
    public long sum() {
        long sum = 0;
        for (LongAdder bucket : buckets) {
            sum += bucket.sum();
        }
        return sum;
    }

    /** A bound that so many of a hundred durations are not above, microseconds; the last one there is when none is that high. */
    public long percentileMicros(int percent) {
        long below = sum() * percent;
        long count = 0;
        for (int bucket = 0; bucket < boundsMicros.length; bucket++) {
            count += buckets[bucket].sum();
            if (count * 100 >= below) {
                return boundsMicros[bucket];
            }
        }
        return boundsMicros[boundsMicros.length - 1];
    }

    public long sumMicros() {
        return sumMicros.sum();
    }
}
