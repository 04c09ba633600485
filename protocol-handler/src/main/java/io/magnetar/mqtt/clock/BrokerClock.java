package io.magnetar.mqtt.clock;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The broker's receive times: microseconds that rise with every message, so that no two messages of a broker share one and a
 * reader can go on at the last one it saw plus 1.
 *
 * <p>Thread: any.
 */
public final class BrokerClock {
    private final InstantSource source;
    private final AtomicLong last = new AtomicLong();

    public BrokerClock(InstantSource source) {
        this.source = source;
    }

    /** Epoch microseconds, greater than any answer before. */
    public long nextMicros() {
        Instant now = source.instant();
        long micros = TimeUnit.SECONDS.toMicros(now.getEpochSecond()) + now.getNano() / 1_000;
        return last.accumulateAndGet(micros, (previous, current) -> Math.max(previous + 1, current));
    }

    /** A time of an earlier life of the broker, epoch microseconds: from now on answers are greater, wherever the system's clock is. */
    public void passed(long micros) {
        last.accumulateAndGet(micros, Math::max);
    }

    /** Epoch milliseconds. */
    public long millis() {
        return source.millis();
    }
}
