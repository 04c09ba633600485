package io.magnetar.bench.load;

import io.magnetar.bench.wire.Stamp;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Accounts for the messages that the publishers of the same run send to one subscriber, and tells the publishers how far it is.
 *
 * <p>Thread: the subscriber's event loop; after the run any, once the loop is known to be done.
 */
final class LiveArrivals implements Arrivals {
    private final int run;
    private final int firstPublisher;
    private final List<Publisher> publishers;
    private final SequenceTracker[] trackers;
    private final boolean[] moved;
    private final Histogram latencyMicros = Latency.histogram();
    private final Schedule schedule;
    private long measured;
    private long foreign;

    /** @param publishers those this subscriber gets messages from; the first has number {@code firstPublisher} */
    LiveArrivals(int run, int firstPublisher, List<Publisher> publishers, Schedule schedule) {
        this.run = run;
        this.firstPublisher = firstPublisher;
        this.publishers = publishers;
        this.schedule = schedule;
        this.trackers = new SequenceTracker[publishers.size()];
        this.moved = new boolean[trackers.length];
        for (int i = 0; i < trackers.length; i++) {
            trackers[i] = new SequenceTracker();
            publishers.get(i).deliversTo(trackers[i]);
        }
    }

    @Override
    public void message(ByteBuf in, int payload, int length, long now) {
        int index = Stamp.isAt(in, payload, length) && Stamp.run(in, payload) == run
                ? Stamp.publisher(in, payload) - firstPublisher
                : -1;
        if (index < 0 || index >= trackers.length) {
            foreign++;
            return;
        }
        trackers[index].received(Stamp.sequence(in, payload));
        moved[index] = true;
        long sent = Stamp.sentNanos(in, payload, now);
        if (schedule.measures(sent)) {
            Latency.record(latencyMicros, now - sent);
        }
        if (schedule.measures(now)) {
            measured++;
        }
    }

    @Override
    public void readComplete(long now) {
        for (int i = 0; i < moved.length; i++) {
            if (moved[i]) {
                moved[i] = false;
                trackers[i].publishProgress();
                publishers.get(i).wake();
            }
        }
    }

    /** Whether every message that the publishers have sent so far has reached this subscriber. Thread: any. */
    boolean hasAll() {
        for (int i = 0; i < trackers.length; i++) {
            if (trackers[i].reached() < publishers.get(i).sent()) {
                return false;
            }
        }
        return true;
    }

    /** Grows with every read. Thread: any. */
    long progress() {
        long sum = 0;
        for (SequenceTracker tracker : trackers) {
            sum += tracker.reached();
        }
        return sum;
    }

    Accounting accounting() {
        Accounting sum = Accounting.NONE;
        for (int i = 0; i < trackers.length; i++) {
            sum = sum.plus(trackers[i].accounting(publishers.get(i).sent()));
        }
        return sum;
    }

    /** Messages that arrived within the measured time. */
    long measured() {
        return measured;
    }

    /** Messages of another run or of another kind of client. */
    long foreign() {
        return foreign;
    }

    Histogram latencyMicros() {
        return latencyMicros;
    }
}
