package io.magnetar.stream.read;

import io.magnetar.stream.EndPosition;
import io.magnetar.stream.Position;
import io.magnetar.stream.ReplayPace;
import io.magnetar.stream.ReplayRange;
import io.magnetar.stream.RetentionFloor;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamReaders.Ended;
import io.magnetar.stream.StreamReaders.Passed;
import io.magnetar.stream.StreamReaders.StreamListener;
import io.magnetar.stream.StreamReaders.StreamMessage;
import io.magnetar.stream.StreamReaders.StreamReader;
import io.magnetar.stream.failure.PulsarFailures;
import io.magnetar.stream.turn.Turns;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClientException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader over the partitions of a stream, which share what was asked for. Beyond that nothing is taken from the Pulsar client,
 * which prefetches a little for each partition and then stops asking the broker.
 *
 * <p>Thread: {@link #request}, {@link #fail} and {@link #close} any; all else in turns.
 */
final class OpenStreamReader implements StreamReader {
    private static final Logger LOG = LoggerFactory.getLogger(OpenStreamReader.class);
    /** After so many of one partition it is the next one's turn, and after one round other readers'. */
    private static final int BURST = 128;

    private static final long ASK_AGAIN_MILLIS = 100;

    private final StreamDefinition stream;
    private final StartPosition.Resume start;
    private final EndPosition end;
    private final FloorLine floor;
    private final List<PositionCursor> cursors;
    /** By partition; none when the range has no end. */
    private final Map<Integer, BoundedCursor> bounds = new HashMap<>();

    private final InstantSource clock;
    private final MessageSelection selection;
    private final StreamListener listener;
    private final Runnable onClosed;
    private final Turns turns;
    private final AtomicLong requested = new AtomicLong();
    private @Nullable Pacing pacing;
    /** While there is something to replay in order. */
    private @Nullable ReplayOrder order;
    /** Whether something has happened that others of that order may have waited for. */
    private boolean moved;

    private int firstOfTurn;
    private volatile boolean closed;

    /**
     * @param range its end is fixed, or never comes
     * @param floor below it nothing is read
     * @param onClosed called once when it is closed, by its user or a failure
     */
    OpenStreamReader(
            StreamDefinition stream,
            ReplayRange range,
            List<PositionCursor> cursors,
            RetentionFloor floor,
            InstantSource clock,
            MessageSelection selection,
            StreamListener listener,
            Runnable onClosed,
            Executor executor) {
        this.stream = stream;
        this.cursors = List.copyOf(cursors);
        this.start = startOf(PartitionOpener.fromMicros(range.from()), cursors);
        this.end = range.to();
        this.floor = new FloorLine(floor);
        this.clock = clock;
        this.selection = selection;
        this.listener = listener;
        this.onClosed = onClosed;
        this.turns = new Turns(executor, this::turn);
    }

    private static StartPosition.Resume startOf(long fromMicros, List<PositionCursor> cursors) {
        Map<Integer, Position> after = new HashMap<>();
        for (PositionCursor cursor : cursors) {
            if (cursor.start != null) {
                after.put(cursor.partition, cursor.start);
            }
        }
        return new StartPosition.Resume(fromMicros, after);
    }

    @Override
    public StartPosition.Resume start() {
        return start;
    }

    @Override
    public EndPosition end() {
        return end;
    }

    /** Before it is used: its cursors end where the range does. */
    void bound(EndPosition.Fixed fixed, long marginMillis) {
        for (PositionCursor cursor : cursors) {
            PartitionEnd partitionEnd = new PartitionEnd(fixed, cursor.partition, marginMillis);
            bounds.put(
                    cursor.partition,
                    new BoundedCursor(cursor, partitionEnd, clock, turns::take, this::partitionEnded));
        }
    }

    /** Before it is used: what its partitions have kept comes in one order. */
    void inOrder(ReplayOrder replay) {
        order = replay;
    }

    /** When all have ended, the reader has. */
    private void partitionEnded() {
        ReplayOrder replay = order;
        if (replay != null) {
            bounds.entrySet().stream()
                    .filter(bound -> bound.getValue().hasEnded())
                    .forEach(ended -> replay.replayed(ended.getKey()));
            turns.take();
        }
        if (!closed && bounds.values().stream().allMatch(BoundedCursor::hasEnded)) {
            closeCursors();
            tell(() -> listener.onEnded(new Ended()));
        }
    }

    StreamDefinition stream() {
        return stream;
    }

    @Override
    public void request(int messages) {
        requested.addAndGet(messages);
        turns.take();
    }

    @Override
    public void pace(ReplayPace pace) {
        turns.take(() -> change(pace));
    }

    private void change(ReplayPace pace) {
        if (pacing != null) {
            pacing.change(pace);
        } else if (!pace.equals(ReplayPace.MAX)) {
            // In one order the first that leaves is the earliest.
            pacing = new Pacing(pace, order == null ? cursors.size() : 0, clock, turns::take);
        }
    }

    private void turn() {
        boolean more;
        int rounds = 0;
        do {
            moved = false;
            int replayed = order == null ? 0 : order.replayed();
            more = round();
            moved |= order != null && order.replayed() > replayed;
        } while (moved && ++rounds < BURST);
        if (more || moved) {
            turns.take();
        }
        boolean replays = order != null && !order.isOver();
        if (!closed && pacing != null && pacing.isBeginning() && !replays) {
            askForFirsts(pacing);
        }
        if (order != null && order.isDone()) {
            order = null;
        }
    }

    /** @return whether a partition may have more at once */
    private boolean round() {
        boolean more = false;
        // A rate is shared by all partitions: each is the first one in its turn.
        firstOfTurn = pacing == null ? 0 : (firstOfTurn + 1) % cursors.size();
        for (int i = 0; i < cursors.size(); i++) {
            PositionCursor cursor = cursors.get((firstOfTurn + i) % cursors.size());
            BoundedCursor bound = bounds.get(cursor.partition);
            boolean ready = bound == null ? !cursor.isWaiting() : bound.isReady();
            if (!closed && requested.get() > 0 && ready) {
                more |= readSome(cursor, bound);
            }
        }
        return more;
    }

    /** @return whether the partition may have more at once */
    private boolean readSome(PositionCursor cursor, @Nullable BoundedCursor bound) {
        boolean passed = false;
        floor.look(cursor.partition);
        try {
            for (int read = 0; read < BURST && requested.get() > 0 && !closed; read++) {
                StreamMessage held = takeHeld(cursor.partition);
                if (held != null) {
                    // What is held of a partition is what was polled last.
                    passed = floor.isAbove(cursor.lastNumber(), held.message().timestampMicros());
                    if (!passed && !send(held)) {
                        return false;
                    }
                    if (passed) {
                        missed(cursor);
                        leftOrder(cursor.partition);
                    }
                    continue;
                }
                if (bound != null && bound.isReached()) {
                    return end(cursor, bound, passed);
                }
                Message<byte[]> pulsar = cursor.poll();
                if (bound != null && pulsar != null && bound.isBeyond(pulsar)) {
                    return end(cursor, bound, passed);
                }
                if (pulsar == null) {
                    tellPassed(cursor, passed);
                    awaitMore(cursor, bound);
                    return false;
                }
                if (pacing != null) {
                    pacing.polled(cursor.partition);
                }
                StreamMessage message = select(cursor, bound, pulsar);
                passed = message == null;
                if (message != null && !send(message)) {
                    return false;
                }
            }
            tellPassed(cursor, passed);
            return true;
        } catch (PulsarClientException e) {
            end(PulsarFailures.of(e, stream.pulsarTopic()));
            return false;
        }
    }

    private @Nullable StreamMessage takeHeld(int partition) {
        StreamMessage held = order == null ? null : order.take(partition);
        return held != null || pacing == null ? held : pacing.take(partition);
    }

    private boolean end(PositionCursor cursor, BoundedCursor bound, boolean passed) {
        tellPassed(cursor, passed);
        bound.end();
        return false;
    }

    private void awaitMore(PositionCursor cursor, @Nullable BoundedCursor bound) {
        if (bound == null) {
            cursor.await(turns::take);
        } else {
            bound.awaitMore();
        }
    }

    /** The clock of a speed does not wait for the first message of a partition that has none. */
    private void askForFirsts(Pacing beginning) {
        for (PositionCursor cursor : cursors) {
            BoundedCursor bound = bounds.get(cursor.partition);
            if (bound != null && bound.hasEnded()) {
                beginning.without(cursor.partition);
            } else if (cursor.isWaiting() && beginning.asks(cursor.partition)) {
                var unused = cursor.hasMore().whenComplete((more, failure) -> {
                    if (Boolean.TRUE.equals(more)) {
                        askAgainLater(beginning, cursor);
                    } else {
                        turns.take(() -> beginning.without(cursor.partition));
                    }
                });
            }
        }
    }

    /** What there is may be passed over: the message that the reading begins behind. */
    private void askAgainLater(Pacing beginning, PositionCursor cursor) {
        CompletableFuture.delayedExecutor(ASK_AGAIN_MILLIS, TimeUnit.MILLISECONDS)
                .execute(() -> turns.take(() -> beginning.polled(cursor.partition)));
    }

    /** @return false when it is not its time yet: it is held */
    private boolean send(StreamMessage message) {
        if (order != null && !order.leaves(message)) {
            moved |= order.hold(message);
            return false;
        }
        if (pacing != null && !pacing.leaves(message)) {
            pacing.hold(message);
            return false;
        }
        leftOrder(message.partition());
        requested.decrementAndGet();
        tell(() -> listener.onMessage(message));
        return true;
    }

    /** @return the message, when it is wanted */
    private @Nullable StreamMessage select(
            PositionCursor cursor, @Nullable BoundedCursor bound, Message<byte[]> pulsar) {
        StreamMessage message = selection.select(pulsar, cursor.partition, cursor.last());
        boolean inRange = message != null
                && (bound == null || bound.includes(message.message().timestampMicros()));
        if (message != null && floor.isAbove(pulsar, message.message().timestampMicros())) {
            if (inRange) {
                missed(cursor);
            }
            inRange = false;
        } else if (inRange) {
            cursor.reached();
        }
        if (cursor.takeLost()) {
            tell(() -> listener.onPlaceLost(cursor.partition));
        }
        return inRange ? message : null;
    }

    private void missed(PositionCursor cursor) {
        if (cursor.missed()) {
            tell(() -> listener.onMissed(cursor.partition));
        }
    }

    private void tellPassed(PositionCursor cursor, boolean passed) {
        if (passed && !closed) {
            tell(() -> listener.onPassed(new Passed(cursor.partition, cursor.last())));
        }
    }

    private void tell(Runnable what) {
        try {
            what.run();
        } catch (RuntimeException e) {
            LOG.error("A reader of {} failed", stream.pulsarTopic(), e);
        }
    }

    /** The next message of a partition is out of the way of those that wait for it. */
    private void leftOrder(int partition) {
        if (order != null) {
            order.left(partition);
            moved = true;
        }
    }

    /** Ends the reader and tells its listener why. */
    void fail(StreamFailure failure) {
        turns.take(() -> end(failure));
    }

    private void end(StreamFailure failure) {
        if (!closed) {
            closeCursors();
            listener.onFailed(failure);
        }
    }

    @Override
    public void close() {
        turns.take(() -> {
            if (!closed) {
                closeCursors();
            }
        });
    }

    private void closeCursors() {
        closed = true;
        cursors.forEach(PositionCursor::close);
        onClosed.run();
    }
}
