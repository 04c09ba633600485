package io.magnetar.bench.micro;

import io.magnetar.mqtt.quota.Rate;
import io.magnetar.mqtt.quota.Rates;
import io.magnetar.mqtt.quota.RatesMeter;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/** What the rates of a namespace cost each message, the reading of the clock with them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RatesMeterBenchmark {
    private static final Rate MUCH = Rate.of(1_000_000_000);

    private final RatesMeter unlimited = new RatesMeter(Rates.UNLIMITED, System.nanoTime());
    private final RatesMeter limited = new RatesMeter(new Rates(MUCH, MUCH), System.nanoTime());

    /** Nothing is set. */
    @Benchmark
    public boolean unlimited() {
        return unlimited.isUnlimited();
    }

    /** Messages and bytes are limited, and one event loop has all connections. */
    @Benchmark
    public long limited() {
        return take();
    }

    /** The same with two event loops that take at once. */
    @Benchmark
    @Threads(2)
    public long limitedOnTwoLoops() {
        return take();
    }

    private long take() {
        long now = System.nanoTime();
        long wait = limited.waitNanos(now);
        limited.take(true, 256, now);
        return wait;
    }
}
