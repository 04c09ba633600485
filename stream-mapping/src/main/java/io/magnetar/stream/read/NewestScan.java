package io.magnetar.stream.read;

import io.magnetar.stream.Position;
import io.magnetar.stream.layout.MessageDecoder;
import io.magnetar.stream.newest.NewestIndex;
import io.magnetar.stream.read.Compactions.Compacted;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.jspecify.annotations.Nullable;

/**
 * The reading of one partition from where a replay begins to where it ends, to learn where the newest message of each key is.
 *
 * <pre>
 *   LOOKS at what one compaction has left and at what came after it --> CHECKS that it was one compaction all the time --> END
 *      |                          ^ it was not                             |
 *      |                          +----------------------------------------+
 *      | it is never one for long, or went beyond the end; or what it has left does not come
 *      +--> LOOKS at all that there is --> END
 *             | what it was to go on behind is gone: then compaction may have kept what came after it
 *             +--> LOOKS at what compaction has left
 * </pre>
 *
 * A reader that begins with what one compaction has left and goes on with what the next one has may miss a deletion, which the second
 * one has done. A compaction that went beyond the end has left none of the messages that were superseded after it. What is in the log
 * itself has both.
 *
 * <p>Thread: the replay's turns.
 */
final class NewestScan {
    private static final int BURST = 256;
    private static final int MAX_LOOKS_AT_COMPACTED = 3;
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final PartitionOpener opener;
    private final Compactions compactions;
    private final NewestSpan span;
    private final MessageDecoder decoder;
    private final InstantSource clock;
    private final BoundedCursor.Turns turns;
    private final Failed onFailure;

    private NewestIndex index = new NewestIndex();
    private Position through;
    private boolean compacted;
    private @Nullable Compacted view;
    private int looksAtCompacted;
    private @Nullable PositionCursor cursor;
    private @Nullable BoundedCursor bound;
    private boolean placeLost;
    private long lastReadNanos;
    private boolean ended;
    private boolean closed;

    /** What became of a turn. */
    enum Progress {
        /** There is more at once. */
        MORE,
        /** A turn is taken when there is more. */
        WAITS,
        /** The index must grow before it goes on. */
        FULL,
        /** The end is reached. */
        ENDED
    }

    interface Failed {
        void failed(Throwable failure);
    }

    /** @param onFailure told in a turn when the partition cannot be read */
    NewestScan(
            PartitionOpener opener,
            Compactions compactions,
            NewestSpan span,
            MessageDecoder decoder,
            InstantSource clock,
            BoundedCursor.Turns turns,
            Failed onFailure) {
        this.opener = opener;
        this.compactions = compactions;
        this.span = span;
        this.decoder = decoder;
        this.clock = clock;
        this.turns = turns;
        this.onFailure = onFailure;
        this.through = span.through();
        this.compacted = span.compacted();
    }

    NewestIndex index() {
        return index;
    }

    /** The position up to which it has looked, once it has ended. */
    Position through() {
        return through;
    }

    /** Whether the place to go on behind is no longer kept. */
    boolean isPlaceLost() {
        return placeLost;
    }

    void begin() {
        if (compacted) {
            lookAtCompacted();
        } else {
            open(span.after(), span.resumed());
        }
    }

    private void lookAtCompacted() {
        if (++looksAtCompacted > MAX_LOOKS_AT_COMPACTED) {
            lookAtAll();
            return;
        }
        // A replay that goes on may as well end a little later; compaction has not gone beyond that.
        inTurn(compactions.of(span.pulsarTopic()), found -> {
            view = found;
            if (span.goesOn()) {
                inTurn(opener.end(span.pulsarTopic()), last -> {
                    through = Positions.only(last);
                    open(span.after(), false);
                });
            } else if (found.through().isAfter(through) && !found.through().isInEntryOf(through)) {
                lookAtAll();
            } else {
                open(span.after(), false);
            }
        });
    }

    private void lookAtAll() {
        compacted = false;
        index = new NewestIndex();
        open(span.after(), false);
    }

    private <T> void inTurn(CompletableFuture<T> answer, Consumer<T> then) {
        var unused = answer.whenComplete((found, failure) -> turns.take(() -> {
            if (closed) {
                return;
            }
            if (failure == null) {
                then.accept(found);
            } else {
                onFailure.failed(failure);
            }
        }));
    }

    private void open(Position after, boolean checksPlace) {
        closeCursor();
        CompletableFuture<Reader<byte[]>> opening = compacted || after.entryId() >= 0
                ? opener.openToScan(span.pulsarTopic(), span.partition(), after, compacted)
                : opener.openFrom(span.pulsarTopic(), span.fromMicros());
        var unused = opening.whenComplete((reader, failure) -> turns.take(() -> {
            if (reader == null) {
                onFailure.failed(failure);
            } else if (closed) {
                var unusedClosing = PartitionOpener.closed(reader);
            } else {
                use(reader, after, checksPlace);
            }
        }));
    }

    private void use(Reader<byte[]> reader, Position after, boolean checksPlace) {
        PartitionCursor partition = new PartitionCursor(reader);
        PositionCursor opened = checksPlace
                ? PositionCursor.resumed(span.partition(), partition, after)
                : new PositionCursor(span.partition(), partition, after);
        cursor = opened;
        bound = new BoundedCursor(opened, span.end(through), clock, turns, () -> {});
        lastReadNanos = System.nanoTime();
    }

    /**
     * Reads what is there already.
     *
     * @throws PulsarClientException when it cannot be read
     */
    Progress readSome() throws PulsarClientException {
        PositionCursor reading = cursor;
        BoundedCursor ends = bound;
        if (ended) {
            return Progress.ENDED;
        }
        if (reading == null || ends == null) {
            return Progress.WAITS;
        }
        if (ends.hasEnded()) {
            return end();
        }
        if (!ends.isReady()) {
            return goOnAfterAStall();
        }
        for (int read = 0; read < BURST; read++) {
            if (index.isFull()) {
                return Progress.FULL;
            }
            if (ends.isReached()) {
                return end();
            }
            Message<byte[]> message = reading.poll();
            if (message == null) {
                ends.awaitMore();
                return Progress.WAITS;
            }
            if (ends.isBeyond(message)) {
                return end();
            }
            if (reading.takeLost()) {
                placeLost = true;
                compacted = true;
                closeCursor();
                lookAtCompacted();
                return Progress.WAITS;
            }
            lastReadNanos = System.nanoTime();
            take(message, reading.last());
        }
        return Progress.MORE;
    }

    private Progress end() {
        closeCursor();
        if (!compacted) {
            ended = true;
            return Progress.ENDED;
        }
        inTurn(compactions.of(span.pulsarTopic()), found -> {
            if (found.equals(view)) {
                ended = true;
            } else {
                index = new NewestIndex();
                lookAtCompacted();
            }
        });
        return Progress.WAITS;
    }

    private Progress goOnAfterAStall() {
        if (compacted && System.nanoTime() - lastReadNanos > STALL_NANOS) {
            lookAtAll();
        }
        return Progress.WAITS;
    }

    private void take(Message<byte[]> message, Position position) {
        if (span.again().contains(position)) {
            index.keep(position);
        }
        PartitionEnd before = span.before();
        String key = message.hasKey() ? message.getKey() : decoder.topic(message);
        if (key == null || (before != null && !before.includes(MessageDecoder.timestampMicros(message)))) {
            return;
        }
        if (message.size() == 0 && !span.resumed()) {
            index.delete(key);
        } else {
            index.put(key, position);
        }
    }

    void close() {
        closed = true;
        closeCursor();
    }

    private void closeCursor() {
        if (bound != null) {
            bound.end();
            bound = null;
            cursor = null;
        }
    }
}
