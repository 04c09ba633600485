package io.magnetar.bench.load;

import io.magnetar.bench.load.Client.Identity;
import io.magnetar.bench.report.JavaProcess;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * A durable session that goes away, is owed very many messages, and comes back.
 *
 * <p>Thread: one, which blocks until the run is over.
 */
public final class OwedRun {
    private static final int QOS = 1;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long LOOK_MILLIS = 250;

    private final Broker broker;
    private final Owed owed;

    /** How many messages, of how many bytes, to how many topics. */
    public record Owed(int count, int payload, int topics) {}

    /**
     * What came of it.
     *
     * @param publishSeconds until the last message was acknowledged to its publisher
     * @param firstMillis from CONNECT of the returning client to its first message
     * @param seconds from CONNECT to the last message
     * @param heapBefore objects in use after a full collection, before the client came back
     * @param heapDuring the heap in use during the resume, garbage too, at its highest
     * @param heapAfter objects in use after a full collection, with all delivered and the client still connected
     */
    public record Result(
            Owed owed,
            double publishSeconds,
            boolean present,
            double firstMillis,
            double seconds,
            Accounting accounting,
            long heapBefore,
            long heapDuring,
            long heapAfter) {
        public boolean promisesKept() {
            return present && accounting.lost() == 0;
        }

        /** A text for people. */
        public String text() {
            return String.format(
                    Locale.ROOT,
                    "%,d messages of %,d bytes to %,d topics, published in %.1f s (%,.0f a second)%n"
                            + "  session       %s%n"
                            + "  first message %,.0f ms after CONNECT%n"
                            + "  all           %.1f s after CONNECT, %,.0f a second%n"
                            + "  accounting    %,d received, %,d lost, %,d repeated%s%n"
                            + "  heap in use   %,.1f MB before, at most %,.1f MB during the resume with garbage, %,.1f MB after",
                    owed.count(),
                    owed.payload(),
                    owed.topics(),
                    publishSeconds,
                    owed.count() / publishSeconds,
                    present ? "present" : "NOT PRESENT",
                    firstMillis,
                    seconds,
                    accounting.received() / seconds,
                    accounting.received(),
                    accounting.lost(),
                    accounting.duplicates(),
                    order(),
                    heapBefore / 1e6,
                    heapDuring / 1e6,
                    heapAfter / 1e6);
        }

        /** Topics have an order each, and none among them. */
        private String order() {
            return owed.topics() == 1 ? String.format(Locale.ROOT, ", %,d out of order", accounting.outOfOrder()) : "";
        }
    }

    public OwedRun(Broker broker, Owed owed) {
        this.broker = broker;
        this.owed = owed;
    }

    public Result run(JavaProcess brokerProcess) throws IOException, InterruptedException {
        int number = new SplittableRandom().nextInt();
        String run = Integer.toHexString(number);
        Identity away = new Identity("bench-" + run + "-away", broker.version(), true);
        OwedArrivals arrivals = new OwedArrivals(number);
        String topic = "owed/" + run;
        try (Connections open = new Connections(broker.address(), 1)) {
            open.connect(List.of(new Subscriber(away, topic + "/+", QOS, arrivals)), i -> i);
            open.leave();
            long begun = System.nanoTime();
            OwedPublisher.publishAll(open, broker, topic, number, owed);
            double publishSeconds = (System.nanoTime() - begun) / 1e9;
            long heapBefore = brokerProcess.memory().heapBytes();
            long back = System.nanoTime();
            Resumed resumed = new Resumed(away, arrivals);
            open.connect(List.of(resumed), i -> i);
            long heapDuring = watch(open, arrivals, brokerProcess);
            long heapAfter = brokerProcess.memory().heapBytes();
            open.leave();
            return new Result(
                    owed,
                    publishSeconds,
                    resumed.sessionPresent(),
                    (arrivals.firstNanos() - back) / 1e6,
                    (arrivals.lastNanos() - back) / 1e9,
                    arrivals.accounting(owed.count()),
                    heapBefore,
                    heapDuring,
                    heapAfter);
        }
    }

    /** @return the most heap that was in use */
    private long watch(Connections open, OwedArrivals arrivals, JavaProcess brokerProcess)
            throws IOException, InterruptedException {
        long most = 0;
        long begun = System.nanoTime();
        while (arrivals.received() < owed.count()) {
            open.check();
            most = Math.max(most, brokerProcess.usedHeapBytes());
            long moved = Math.max(begun, arrivals.lastNanos());
            if (System.nanoTime() - moved > IDLE_NANOS) {
                break;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        return most;
    }
}
