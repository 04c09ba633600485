package io.magnetar.bench.load;

import io.magnetar.bench.load.Client.Identity;
import io.magnetar.bench.report.LatencySummary;
import io.magnetar.bench.report.Probe;
import io.magnetar.bench.report.RunReport;
import io.magnetar.bench.report.RunReport.Latencies;
import io.magnetar.bench.report.RunReport.Load;
import io.magnetar.bench.report.RunReport.Traffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Subscribers that each read a stream's past, until they have as many messages as asked for, or none come any more.
 *
 * <p>The rate counts from before the subscription to the last message. Thread: one, which blocks until the run is over.
 */
public final class ReplayRun {
    private final Broker broker;
    private final Replay replay;
    private final List<ReplayArrivals> arrivals = new ArrayList<>();
    private final List<Subscriber> subscribers = new ArrayList<>();

    /**
     * What to read, and when to stop.
     *
     * @param filter with the stream marker, such as {@code $s/earliest/sensors/+/readings}
     * @param messages each subscriber stops after so many
     * @param perSecond the most that each is to be sent in a second, which needs MQTT 5; 0 for as many as it takes
     * @param idle or when nothing came for so long
     * @param limit or after so long
     */
    public record Replay(
            String filter,
            int subscribers,
            int qos,
            long messages,
            long perSecond,
            Duration idle,
            Duration limit,
            int threads) {
        private Map<String, String> userProperties() {
            return perSecond == 0 ? Map.of() : Map.of("stream-rate", Long.toString(perSecond));
        }
    }

    public ReplayRun(Broker broker, Replay replay) {
        this.broker = broker;
        this.replay = replay;
        String run = Integer.toHexString(new SplittableRandom().nextInt());
        for (int i = 0; i < replay.subscribers(); i++) {
            ReplayArrivals ofThis = new ReplayArrivals();
            Identity identity = Identity.transientOne("bench-" + run + "-replay-" + i, broker.version());
            arrivals.add(ofThis);
            subscribers.add(new Subscriber(identity, replay.filter(), replay.qos(), replay.userProperties(), ofThis));
        }
    }

    /** Runs the replay; {@code probe} watches the processes meanwhile. */
    public RunReport run(Probe probe) throws InterruptedException {
        long begun;
        try (Connections connections = new Connections(broker.address(), replay.threads())) {
            probe.begin();
            begun = System.nanoTime();
            connections.connect(subscribers, i -> i);
            waitForEnd(begun, connections);
            probe.end();
            connections.leave();
        }
        return report(begun, probe);
    }

    private void waitForEnd(long begun, Connections connections) throws InterruptedException {
        while (true) {
            connections.check();
            long now = System.nanoTime();
            boolean allDone = true;
            for (ReplayArrivals of : arrivals) {
                long lastMoved = of.lastNanos() == 0 ? begun : of.lastNanos();
                boolean idle = now - lastMoved >= replay.idle().toNanos();
                allDone &= idle || of.received() >= replay.messages();
            }
            if (allDone || now - begun >= replay.limit().toNanos()) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    private RunReport report(long begun, Probe probe) {
        long last = arrivals.stream().mapToLong(ReplayArrivals::lastNanos).max().orElse(0);
        double seconds = last == 0 ? 0 : (last - begun) / 1e9;
        long received = arrivals.stream().mapToLong(ReplayArrivals::received).sum();
        Accounting accounting =
                arrivals.stream().map(ReplayArrivals::accounting).reduce(Accounting.NONE, Accounting::plus);
        return new RunReport(
                new Load("replay", 0, replay.subscribers(), replay.qos(), 0, seconds),
                new Traffic(0, 0, seconds == 0 ? 0 : received / seconds),
                accounting,
                new RunReport.Trouble(
                        0,
                        0,
                        0,
                        arrivals.stream().mapToLong(ReplayArrivals::unstamped).sum()),
                new Latencies(LatencySummary.NONE, LatencySummary.NONE),
                probe.usage());
    }
}
