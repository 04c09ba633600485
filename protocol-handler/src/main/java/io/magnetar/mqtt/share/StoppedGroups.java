package io.magnetar.mqtt.share;

import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.flow.LogText;
import io.magnetar.tenancy.Namespace;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts and logs groups that stand still: one line in {@value #PAUSE_MILLIS} ms, however many there are. Thread: any. */
final class StoppedGroups {
    private static final Logger LOG = LoggerFactory.getLogger(StoppedGroups.class);
    private static final long PAUSE_MILLIS = 10_000;

    private final BrokerClock clock;
    private final Counters counters;
    private final AtomicLong nextMillis = new AtomicLong();
    private final AtomicInteger unsaid = new AtomicInteger();

    StoppedGroups(BrokerClock clock, Counters counters) {
        this.clock = clock;
        this.counters = counters;
    }

    /**
     * A group has been noticed.
     *
     * @param messages how many its members hold
     */
    void tell(Namespace namespace, SharedFilter filter, int members, int messages) {
        counters.count(Counter.GROUPS_STOPPED);
        long now = clock.millis();
        long next = nextMillis.get();
        if (now < next || !nextMillis.compareAndSet(next, now + PAUSE_MILLIS)) {
            unsaid.incrementAndGet();
            return;
        }
        LOG.warn(
                "A group of namespace {} is stopped: its {} members hold {} messages and have acknowledged none for {} s: {}"
                        + " ({} more groups since the last such line)",
                namespace.name(),
                members,
                messages,
                Standstill.PATIENT_TICKS,
                LogText.quoted(filter.written()),
                unsaid.getAndSet(0));
    }
}
