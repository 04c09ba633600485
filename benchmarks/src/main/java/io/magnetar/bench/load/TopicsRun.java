package io.magnetar.bench.load;

import io.magnetar.bench.load.Client.Identity;
import io.magnetar.bench.report.Growth;
import io.magnetar.bench.report.JavaProcess;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * One client that publishes once to each of very many topics: what a topic costs the broker's memory when it has been forgotten.
 *
 * <p>Thread: one, which blocks until the run is over.
 */
public final class TopicsRun {
    private static final int FEW = 1_000;

    private final Broker broker;
    private final int topics;

    public TopicsRun(Broker broker, int topics) {
        this.broker = broker;
        this.topics = topics;
    }

    /** @return what the broker's memory grew by while the client that published to all topics was connected */
    public Growth run(JavaProcess brokerProcess) throws IOException, InterruptedException {
        String run = Integer.toHexString(new SplittableRandom().nextInt());
        try (Connections open = new Connections(broker.address(), 1)) {
            publish(open, "bench-" + run + "-warm", "warm/" + run, FEW);
            Growth.Memory before = brokerProcess.memory();
            publish(open, "bench-" + run, "topics/" + run, topics);
            Growth.Memory after = brokerProcess.memory();
            open.check();
            open.leave();
            return new Growth(topics, before, after);
        }
    }

    private void publish(Connections open, String clientId, String topicPrefix, int count) throws InterruptedException {
        TopicWalker walker = new TopicWalker(Identity.transientOne(clientId, broker.version()), topicPrefix, count);
        open.connect(List.of(walker), i -> i);
        while (!walker.done().isDone()) {
            open.check();
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
