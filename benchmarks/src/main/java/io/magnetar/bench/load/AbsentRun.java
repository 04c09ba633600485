package io.magnetar.bench.load;

import io.magnetar.bench.load.Client.Identity;
import io.magnetar.bench.report.Growth;
import io.magnetar.bench.report.JavaProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Many clients with durable sessions that connect, subscribe to a topic of their own, and go: what each session costs the broker's
 * memory, and what a publish costs with so many filters.
 *
 * <p>Thread: one, which blocks until the run is over.
 */
public final class AbsentRun {
    private static final int TOGETHER = 2_000;

    private final Broker broker;
    private final int sessions;
    private final int publishes;
    private final int threads;

    /**
     * What came of it.
     *
     * @param connectSeconds until all sessions were there and their clients gone
     * @param cpuBefore processor seconds of the broker for the publishes, without the sessions
     * @param cpuAfter the same with them
     */
    public record Result(Growth growth, double connectSeconds, int publishes, double cpuBefore, double cpuAfter) {
        /** A text for people. */
        public String text() {
            return growth.text("durable sessions whose clients are away")
                    + String.format(
                            Locale.ROOT,
                            "%n  made in       %.1f s%n  a publish     %.1f us of the broker's processor before, %.1f us with them",
                            connectSeconds,
                            cpuBefore * 1e6 / publishes,
                            cpuAfter * 1e6 / publishes);
        }
    }

    public AbsentRun(Broker broker, int sessions, int publishes, int threads) {
        this.broker = broker;
        this.sessions = sessions;
        this.publishes = publishes;
        this.threads = threads;
    }

    public Result run(JavaProcess brokerProcess) throws IOException, InterruptedException {
        String run = Integer.toHexString(new SplittableRandom().nextInt());
        try (Connections open = new Connections(broker.address(), threads)) {
            makeSessions(open, run + "-first", 1);
            publish(open, run + "-warm");
            double cpuBefore = measured(open, run + "-before", brokerProcess);
            Growth.Memory before = brokerProcess.memory();
            long begun = System.nanoTime();
            for (int made = 0; made < sessions; made += TOGETHER) {
                makeSessions(open, run + "-" + made, Math.min(TOGETHER, sessions - made));
            }
            double connectSeconds = (System.nanoTime() - begun) / 1e9;
            Growth.Memory after = brokerProcess.memory();
            double cpuAfter = measured(open, run + "-after", brokerProcess);
            return new Result(new Growth(sessions, before, after), connectSeconds, publishes, cpuBefore, cpuAfter);
        }
    }

    private void makeSessions(Connections open, String name, int count) {
        List<IdleClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Identity identity = new Identity("bench-absent-" + name + "-" + i, broker.version(), true);
            clients.add(new IdleClient(identity, "absent/" + name + "/" + i));
        }
        open.connect(clients, i -> i);
        open.check();
        open.leave();
    }

    private double measured(Connections open, String name, JavaProcess brokerProcess) throws InterruptedException {
        double begun = brokerProcess.process().cpuSeconds();
        publish(open, name);
        return brokerProcess.process().cpuSeconds() - begun;
    }

    /** To topics that no session wants. */
    private void publish(Connections open, String name) throws InterruptedException {
        TopicWalker walker = new TopicWalker(
                Identity.transientOne("bench-absent-to-" + name, broker.version()), "nobody/" + name, publishes);
        open.connect(List.of(walker), i -> i);
        while (!walker.done().isDone()) {
            open.check();
            TimeUnit.MILLISECONDS.sleep(10);
        }
        open.leave();
    }
}
