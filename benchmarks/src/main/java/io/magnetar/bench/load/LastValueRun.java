package io.magnetar.bench.load;

import io.magnetar.bench.load.Client.Identity;
import io.magnetar.bench.report.Growth;
import io.magnetar.bench.report.JavaProcess;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Replays of a last-value stream whose keys are topics: one that a client brings to a halt with its first message, to see what it
 * holds, and one that is read to its end.
 *
 * <p>Thread: one, which blocks until the run is over.
 */
public final class LastValueRun {
    private static final String PREFIX = "last";
    private static final String FILTER = "$s/earliest..now/" + PREFIX + "/#";

    private final Broker broker;
    private final int keys;
    private final int rounds;
    private final String run = Integer.toHexString(new SplittableRandom().nextInt());

    /**
     * What came of it.
     *
     * @param publishSeconds until the last update was acknowledged to its publisher
     * @param held what the replay that was brought to a halt took in the broker's memory
     * @param firstSeconds from CONNECT to the first message
     * @param seconds from CONNECT to the last one
     * @param received how many came, without the one that tells the end
     */
    public record Result(
            int keys,
            int rounds,
            double publishSeconds,
            Growth held,
            double firstSeconds,
            double seconds,
            long received) {
        /** A text for people. */
        public String text() {
            return String.format(
                    Locale.ROOT,
                    "%,d keys, updated %,d times each in %.1f s%n"
                            + "  first message %.2f s after CONNECT%n"
                            + "  all           %.2f s after CONNECT, %,d messages%n"
                            + "a replay that its client has brought to a halt: %s",
                    keys,
                    rounds,
                    publishSeconds,
                    firstSeconds,
                    seconds,
                    received,
                    held.text("keys"));
        }
    }

    public LastValueRun(Broker broker, int keys, int rounds) {
        this.broker = broker;
        this.keys = keys;
        this.rounds = rounds;
    }

    public Result run(JavaProcess brokerProcess) throws IOException, InterruptedException {
        try (Connections open = new Connections(broker.address(), 1)) {
            long begun = System.nanoTime();
            for (int round = 0; round < rounds; round++) {
                publish(open, round);
            }
            double publishSeconds = (System.nanoTime() - begun) / 1e9;
            Growth.Memory before = brokerProcess.memory();
            HaltingSubscriber halting = new HaltingSubscriber(identity("halts"), FILTER);
            open.connect(List.of(halting), i -> i);
            await(open, () -> halting.first().isDone());
            Growth held = new Growth(keys, before, brokerProcess.memory());
            open.leave();
            CountedArrivals arrivals = new CountedArrivals();
            long begins = System.nanoTime();
            open.connect(List.of(new Subscriber(identity("reads"), FILTER, 0, arrivals)), i -> i);
            await(open, arrivals::isAtMarker);
            open.leave();
            return new Result(
                    keys,
                    rounds,
                    publishSeconds,
                    held,
                    (arrivals.firstNanos() - begins) / 1e9,
                    (arrivals.lastNanos() - begins) / 1e9,
                    arrivals.received());
        }
    }

    private Identity identity(String what) {
        return Identity.transientOne("bench-" + run + "-" + what, broker.version());
    }

    private void publish(Connections open, int round) throws InterruptedException {
        TopicWalker walker = new TopicWalker(identity("updates-" + round), PREFIX, keys);
        open.connect(List.of(walker), i -> i);
        await(open, () -> walker.done().isDone());
        open.leave();
    }

    private interface Condition {
        boolean isMet();
    }

    private static void await(Connections open, Condition condition) throws InterruptedException {
        while (!condition.isMet()) {
            open.check();
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }
}
