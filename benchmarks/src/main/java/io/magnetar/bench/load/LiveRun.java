package io.magnetar.bench.load;

import io.magnetar.bench.load.Client.Identity;
import io.magnetar.bench.load.Workload.Distribution;
import io.magnetar.bench.report.LatencySummary;
import io.magnetar.bench.report.Probe;
import io.magnetar.bench.report.RunReport;
import io.magnetar.bench.report.RunReport.Latencies;
import io.magnetar.bench.report.RunReport.Load;
import io.magnetar.bench.report.RunReport.Traffic;
import io.magnetar.bench.wire.PublishFrame;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Publishers and their subscribers for a bounded time: connect, warm up, measure, let everything arrive, account.
 *
 * <p>Thread: one, which blocks until the run is over.
 */
public final class LiveRun {
    private static final long FULL_SPEED_TICK_NANOS = 20_000_000L;
    private static final long DRAIN_QUIET_NANOS = 2_000_000_000L;
    private static final long DRAIN_MAX_NANOS = 30_000_000_000L;

    private final Broker broker;
    private final Workload workload;
    private final String clients;
    private final Schedule schedule;
    private final int run = new SplittableRandom().nextInt();
    private final List<Publisher> publishers = new ArrayList<>();
    private final List<LiveArrivals> arrivals = new ArrayList<>();
    private final List<Subscriber> subscribers = new ArrayList<>();

    public LiveRun(Broker broker, Workload workload) {
        this(broker, workload, "bench");
    }

    /** @param clients what all client identifiers begin with, before a hyphen */
    public LiveRun(Broker broker, Workload workload, String clients) {
        this.clients = clients;
        this.broker = broker;
        this.workload = workload;
        this.schedule = new Schedule(workload.warmup(), workload.duration());
        for (int i = 0; i < workload.shape().publishers(); i++) {
            publishers.add(publisher(i));
        }
        switch (workload.shape().distribution()) {
            case PAIRED -> addPairs();
            case TO_EACH -> addSubscribersOfAll();
            case SHARED -> addGroup();
        }
    }

    private void addPairs() {
        for (int i = 0; i < workload.shape().subscribers(); i++) {
            addSubscriber(topic(i), arrivals(i, publishers.subList(i, i + 1)));
        }
    }

    private void addSubscribersOfAll() {
        for (int i = 0; i < workload.shape().subscribers(); i++) {
            addSubscriber(filterOfAll(), arrivals(0, publishers));
        }
    }

    /** The members of a group account together, and so share a lane. */
    private void addGroup() {
        LiveArrivals ofAll = arrivals(0, publishers);
        for (int i = 0; i < workload.shape().subscribers(); i++) {
            addSubscriber("$share/bench/" + filterOfAll(), ofAll);
        }
    }

    private LiveArrivals arrivals(int firstPublisher, List<Publisher> from) {
        LiveArrivals added = new LiveArrivals(run, firstPublisher, from, schedule);
        arrivals.add(added);
        return added;
    }

    private void addSubscriber(String filter, LiveArrivals ofThis) {
        Identity identity = new Identity(
                clientId("sub", subscribers.size()),
                broker.version(),
                workload.message().durable());
        subscribers.add(new Subscriber(identity, filter, workload.message().qos(), ofThis));
    }

    /** Runs the load; {@code probe} watches the processes while it is measured. */
    public RunReport run(Probe probe) throws InterruptedException {
        try (Connections connections = new Connections(broker.address(), workload.threads())) {
            connections.connect(subscribers, this::laneOfSubscriber);
            connections.connect(publishers, i -> i);
            startSending(connections);
            waitUntil(schedule.warmupEnd(), connections);
            probe.begin();
            waitUntil(schedule.end(), connections);
            probe.end();
            drain(connections);
            connections.leave();
            if (workload.message().durable()) {
                connections.endSessions(subscribers);
            }
        }
        return report(probe);
    }

    private int laneOfSubscriber(int index) {
        return workload.shape().distribution() == Distribution.SHARED ? 0 : index;
    }

    private Publisher publisher(int index) {
        PublishFrame frame = new PublishFrame(
                broker.version(),
                topic(index),
                workload.message().qos(),
                workload.message().payloadBytes(),
                run,
                index);
        PublishPace pace = PublishPace.of(
                workload.pace().perSecond(), index, workload.shape().publishers());
        int qos = workload.message().qos();
        Identity identity = Identity.transientOne(clientId("pub", index), broker.version());
        return new Publisher(identity, frame, qos, schedule, pace, workload.pace());
    }

    private String clientId(String kind, int index) {
        return clients + "-" + runName() + "-" + kind + "-" + index;
    }

    private String topic(int index) {
        return workload.topic(index).replace("%r", runName());
    }

    private String filterOfAll() {
        return workload.filterOfAll().replace("%r", runName());
    }

    private String runName() {
        return Integer.toHexString(run);
    }

    private void startSending(Connections connections) {
        schedule.begin(System.nanoTime());
        long tick = workload.pace().perSecond() > 0 ? PublishPace.TICK_NANOS : FULL_SPEED_TICK_NANOS;
        for (EventLoop loop : connections.loops()) {
            List<Publisher> here = new ArrayList<>();
            for (int i = 0; i < publishers.size(); i++) {
                if (connections.loop(i) == loop) {
                    here.add(publishers.get(i));
                }
            }
            Runnable tickAll = () -> here.forEach(publisher -> publisher.tick(System.nanoTime()));
            connections.breakOnFailure(loop.scheduleAtFixedRate(tickAll, 0, tick, TimeUnit.NANOSECONDS));
        }
    }

    private static void waitUntil(long nanos, Connections connections) throws InterruptedException {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            connections.check();
            TimeUnit.NANOSECONDS.sleep(Math.min(left, 20_000_000L));
        }
    }

    /** Waits until all that was sent has arrived, or nothing has for two seconds. */
    private void drain(Connections connections) throws InterruptedException {
        long begun = System.nanoTime();
        long lastMoved = begun;
        long last = -1;
        while (!allSettled()
                && System.nanoTime() - lastMoved < DRAIN_QUIET_NANOS
                && System.nanoTime() - begun < DRAIN_MAX_NANOS) {
            connections.check();
            TimeUnit.MILLISECONDS.sleep(10);
            long now = arrivals.stream().mapToLong(LiveArrivals::progress).sum()
                    + publishers.stream().mapToLong(Publisher::settled).sum();
            if (now != last) {
                last = now;
                lastMoved = System.nanoTime();
            }
        }
    }

    private boolean allSettled() {
        return arrivals.stream().allMatch(LiveArrivals::hasAll)
                && (workload.message().qos() == 0
                        || publishers.stream().allMatch(publisher -> publisher.settled() == publisher.sent()));
    }

    private RunReport report(Probe probe) {
        Accounting all = arrivals.stream().map(LiveArrivals::accounting).reduce(Accounting.NONE, Accounting::plus);
        // The members of a group get the messages side by side: there is no order between them.
        Accounting accounting = workload.shape().distribution() == Distribution.SHARED ? all.withoutOrder() : all;
        Histogram endToEnd = Latency.histogram();
        arrivals.forEach(arrival -> endToEnd.add(arrival.latencyMicros()));
        Histogram acks = Latency.histogram();
        publishers.forEach(publisher -> acks.add(publisher.ackMicros()));
        double seconds = workload.duration().toNanos() / 1e9;
        long unacknowledged = workload.message().qos() == 0
                ? 0
                : publishers.stream().mapToLong(p -> p.sent() - p.settled()).sum();
        return new RunReport(
                new Load(
                        workload.shape().name(),
                        workload.shape().publishers(),
                        workload.shape().subscribers(),
                        workload.message().qos(),
                        workload.message().payloadBytes(),
                        seconds),
                new Traffic(
                        publishers.stream().mapToLong(Publisher::measuredSent).sum() / seconds,
                        publishers.stream()
                                        .mapToLong(Publisher::measuredAcknowledged)
                                        .sum()
                                / seconds,
                        arrivals.stream().mapToLong(LiveArrivals::measured).sum() / seconds),
                accounting,
                new RunReport.Trouble(
                        unacknowledged,
                        publishers.stream().mapToLong(Publisher::refused).sum(),
                        publishers.stream().mapToLong(Publisher::writtenOff).sum(),
                        arrivals.stream().mapToLong(LiveArrivals::foreign).sum()),
                new Latencies(LatencySummary.of(endToEnd), LatencySummary.of(acks)),
                probe.usage());
    }
}
