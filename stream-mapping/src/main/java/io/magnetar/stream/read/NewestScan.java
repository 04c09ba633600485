package io.magnetar.stream.read;

import io.magnetar.stream.Position;
import io.magnetar.stream.RetentionFloor;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.failure.PulsarFailures;
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
 *      +--> LOOKS at what compaction has left of what the log is cut off, if it is --> LOOKS at the log --> END
 *             ^                                                                           | it was cut meanwhile
 *             +---------------------------------------------------------------------------+
 * </pre>
 *
 * A partition that cannot be read now is looked at again after a while, from the begin.
 *
 * A reader that begins with what one compaction has left and goes on with what the next one has may miss a deletion, which the second
 * one has done. A compaction that went beyond the end has left none of the messages that were superseded after it. What is in the log
 * itself has both. Where the log is cut off it is all compacted, for Pulsar cuts off nothing else: each compaction that is still to
 * come supersedes that only by what the log has.
 *
 * <p>Thread: the replay's turns.
 */
final class NewestScan {
    private static final int BURST = 256;
    private static final int MAX_LOOKS_AT_COMPACTED = 3;
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** The log may come from tiered storage. */
    private static final long LOG_STALL_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final int MAX_RETRIES = 7;
    private static final long FIRST_RETRY_MILLIS = 250;
    /** A ledger may also have nothing but what Pulsar keeps to itself. */
    private static final int MAX_CUTS = 5;

    private static final int ANY_LEDGER = -1;

    private final PartitionOpener opener;
    private final Compactions compactions;
    private final NewestSpan span;
    private final MessageDecoder decoder;
    private final RetentionFloor floor;
    private final InstantSource clock;
    private final BoundedCursor.Turns turns;
    private final Failed onFailure;

    private NewestIndex index = new NewestIndex();
    private Position through;
    /** Whether what compaction has left is enough. */
    private boolean compacted;
    /** While it looks at what the log is cut off: before the first message that it has. */
    private @Nullable Position logBegins;
    /** The log is to begin in this ledger. */
    private long firstLedger = ANY_LEDGER;

    private boolean hasCompacted;
    private int cuts;
    private int retries;
    private @Nullable Compacted view;
    private int looksAtCompacted;
    private @Nullable PositionCursor cursor;
    private @Nullable BoundedCursor bound;
    private boolean placeLost;
    private long floorMicros;
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

    /**
     * @param floor what the broker received before it has expired
     * @param onFailure told in a turn when the partition cannot be read
     */
    NewestScan(
            PartitionOpener opener,
            Compactions compactions,
            NewestSpan span,
            MessageDecoder decoder,
            RetentionFloor floor,
            InstantSource clock,
            BoundedCursor.Turns turns,
            Failed onFailure) {
        this.opener = opener;
        this.compactions = compactions;
        this.span = span;
        this.decoder = decoder;
        this.floor = floor;
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

    /** Whether some of it may be where only compaction has left it. */
    boolean hasCompacted() {
        return hasCompacted;
    }

    void begin() {
        index = new NewestIndex();
        if (compacted) {
            lookAtCompacted();
        } else {
            lookAtAll();
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
                inTurn(opener.endKept(span.pulsarTopic()), last -> {
                    through = last;
                    open(span.after(), true, false);
                });
            } else if (found.through().isAfter(through) && !found.through().isInEntryOf(through)) {
                lookAtAll();
            } else {
                open(span.after(), true, false);
            }
        });
    }

    private void lookAtAll() {
        compacted = false;
        index = new NewestIndex();
        inTurn(compactions.of(span.pulsarTopic()), found -> {
            if (found.id() != Compacted.NONE && found.logBegins().isAfter(span.after())) {
                placeLost |= span.resumed() && span.after().entryId() >= 0;
                logBegins = found.logBegins();
                open(span.after(), true, false);
            } else {
                open(span.after(), false, span.resumed() && !placeLost);
            }
        });
    }

    private <T> void inTurn(CompletableFuture<T> answer, Consumer<T> then) {
        var unused = answer.whenComplete((found, failure) -> turns.take(() -> {
            if (closed) {
                return;
            }
            if (failure == null) {
                then.accept(found);
            } else {
                retry(failure);
            }
        }));
    }

    /** A partition that moves cannot be read for a while. */
    private void retry(Throwable failure) {
        closeCursor();
        logBegins = null;
        firstLedger = ANY_LEDGER;
        if (PulsarFailures.of(failure, span.pulsarTopic()).kind() != Kind.UNAVAILABLE || retries == MAX_RETRIES) {
            onFailure.failed(failure);
            return;
        }
        CompletableFuture.delayedExecutor(FIRST_RETRY_MILLIS << retries++, TimeUnit.MILLISECONDS)
                .execute(() -> turns.take(() -> {
                    if (!closed) {
                        begin();
                    }
                }));
    }

    private void open(Position after, boolean fromCompacted, boolean checksPlace) {
        closeCursor();
        boolean byTime = !fromCompacted && span.fromMicros() > 0 && span.after().equals(Position.START);
        CompletableFuture<Reader<byte[]>> opening = byTime
                ? opener.openFrom(span.pulsarTopic(), span.fromMicros())
                : opener.openToScan(span.pulsarTopic(), span.partition(), after, fromCompacted);
        var unused = opening.whenComplete((reader, failure) -> turns.take(() -> {
            if (closed) {
                if (reader != null) {
                    var unusedClosing = PartitionOpener.closed(reader);
                }
            } else if (reader == null) {
                retry(failure);
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
        Position cut = logBegins;
        Position last = cut != null && through.isAfter(cut) ? cut : through;
        bound = new BoundedCursor(opened, span.end(last), clock, turns, () -> {});
        lastReadNanos = System.nanoTime();
    }

    /** Reads what is there already. */
    Progress readSome() {
        try {
            return read();
        } catch (PulsarClientException e) {
            retry(e);
            return Progress.WAITS;
        }
    }

    private Progress read() throws PulsarClientException {
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
        floorMicros = floor.fromMicros();
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
            boolean lost = reading.takeLost();
            if (lost || isCutMeanwhile(reading.last())) {
                placeLost |= lost;
                closeCursor();
                lookAtAll();
                return Progress.WAITS;
            }
            if (ends.isBeyond(message)) {
                return end();
            }
            lastReadNanos = System.nanoTime();
            take(message, reading.last());
        }
        return Progress.MORE;
    }

    private boolean isCutMeanwhile(Position first) {
        boolean cut = firstLedger != ANY_LEDGER && first.ledgerId() != firstLedger;
        firstLedger = ANY_LEDGER;
        return cut && ++cuts <= MAX_CUTS;
    }

    private Progress end() {
        closeCursor();
        Position begins = logBegins;
        if (begins != null) {
            logBegins = null;
            // One that begins at a time may begin later.
            firstLedger = span.fromMicros() > 0 ? ANY_LEDGER : begins.ledgerId();
            open(begins, false, false);
            return Progress.WAITS;
        }
        if (!compacted) {
            ended = true;
            return Progress.ENDED;
        }
        inTurn(compactions.of(span.pulsarTopic()), found -> {
            if (isOf(view, found)) {
                hasCompacted = true;
                ended = true;
            } else {
                index = new NewestIndex();
                lookAtCompacted();
            }
        });
        return Progress.WAITS;
    }

    /** The log may have been cut since. */
    private static boolean isOf(@Nullable Compacted view, Compacted found) {
        return view != null && view.id() == found.id() && view.through().equals(found.through());
    }

    /** A reader of compacted data that brings nothing for long may bring nothing at all; another one will. */
    private Progress goOnAfterAStall() {
        long nanos = System.nanoTime() - lastReadNanos;
        if (compacted && nanos > STALL_NANOS) {
            closeCursor();
            lookAtAll();
        } else if (nanos > (logBegins == null ? LOG_STALL_NANOS : STALL_NANOS)) {
            retry(new PulsarClientException.TimeoutException("no message of the partition comes"));
        }
        return Progress.WAITS;
    }

    private void take(Message<byte[]> message, Position position) {
        hasCompacted |= logBegins != null;
        if (span.again().contains(position)) {
            index.keep(position);
        }
        PartitionEnd before = span.before();
        String key = message.hasKey() ? message.getKey() : decoder.topic(message);
        long micros = MessageDecoder.timestampMicros(message);
        if (key == null || (before != null && !before.includes(micros))) {
            return;
        }
        if (micros < floorMicros || (message.size() == 0 && !span.resumed())) {
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
