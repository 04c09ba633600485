package io.magnetar.bench.load;

import io.magnetar.bench.load.Client.Identity;
import io.magnetar.bench.load.OwedRun.Owed;
import io.magnetar.bench.report.LatencySummary;
import io.magnetar.bench.report.Probe;
import io.magnetar.bench.report.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Many durable sessions that go away, are owed the same messages, and come back all at once.
 *
 * <p>Thread: one, which blocks until the run is over.
 */
public final class BacklogRun {
    private static final int QOS = 1;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Broker broker;
    private final int sessions;
    private final Owed owed;
    private final int threads;

    /**
     * What came of it.
     *
     * @param firstMicros from the moment that the first client came back to the first message of each
     * @param seconds from that moment to the last message of all
     */
    public record Result(int sessions, Usage usage, LatencySummary firstMicros, double seconds, Accounting accounting) {
        public double perSecond() {
            return accounting.received() / seconds;
        }

        /** A text for people. */
        public String text() {
            return String.format(
                    Locale.ROOT,
                    "%,d sessions came back to %,d messages in all%n  first message  p50 %,.0f ms, last session %,.0f ms%n"
                            + "  all            %.1f s, %,.0f a second%n  accounting     %,d lost, %,d repeated",
                    sessions,
                    accounting.received(),
                    firstMicros.p50() / 1e3,
                    firstMicros.max() / 1e3,
                    seconds,
                    perSecond(),
                    accounting.lost(),
                    accounting.duplicates());
        }
    }

    /** @param owed to each session */
    public BacklogRun(Broker broker, int sessions, Owed owed, int threads) {
        this.broker = broker;
        this.sessions = sessions;
        this.owed = owed;
        this.threads = threads;
    }

    /** Runs it; {@code probe} watches the processes from the first return to the last message. */
    public Result run(Probe probe) throws InterruptedException {
        int run = new SplittableRandom().nextInt();
        String name = Integer.toHexString(run);
        String topic = "backlog/" + name;
        List<OwedArrivals> arrivals = new ArrayList<>();
        List<Subscriber> away = new ArrayList<>();
        List<Client> back = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            Identity identity = new Identity("bench-" + name + "-" + i, broker.version(), true);
            OwedArrivals ofThis = new OwedArrivals(run);
            arrivals.add(ofThis);
            away.add(new Subscriber(identity, topic + "/+", QOS, ofThis));
            back.add(new Resumed(identity, ofThis));
        }
        try (Connections open = new Connections(broker.address(), threads)) {
            open.connect(away, i -> i);
            open.leave();
            OwedPublisher.publishAll(open, broker, topic, run, owed);
            probe.begin();
            long begun = System.nanoTime();
            open.connect(back, i -> i);
            awaitAll(open, arrivals, begun);
            probe.end();
            open.leave();
            open.endSessions(away);
            return result(probe, begun, arrivals);
        }
    }

    private void awaitAll(Connections open, List<OwedArrivals> arrivals, long begun) throws InterruptedException {
        while (arrivals.stream().anyMatch(each -> each.received() < owed.count())) {
            open.check();
            long moved = arrivals.stream()
                    .mapToLong(OwedArrivals::lastNanos)
                    .filter(nanos -> nanos != 0)
                    .max()
                    .orElse(begun);
            if (System.nanoTime() - moved > IDLE_NANOS) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    private Result result(Probe probe, long begun, List<OwedArrivals> arrivals) {
        Histogram first = Latency.histogram();
        long last = begun;
        Accounting all = Accounting.NONE;
        for (OwedArrivals each : arrivals) {
            if (each.firstNanos() != 0) {
                Latency.record(first, each.firstNanos() - begun);
                last = Math.max(last, each.lastNanos());
            }
            all = all.plus(each.accounting(owed.count()));
        }
        return new Result(sessions, probe.usage(), LatencySummary.of(first), (last - begun) / 1e9, all);
    }
}
