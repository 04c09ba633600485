package io.magnetar.stream.read;

import io.magnetar.stream.Position;
import io.magnetar.stream.RetentionFloor;
import io.magnetar.stream.layout.MessageDecoder;
import io.magnetar.stream.newest.NewestPositions;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.jspecify.annotations.Nullable;

/**
 * The newest messages of one partition as of the begin of a replay, and then all that follows there.
 *
 * <pre>
 *   what is shown is LOOKED FOR --> SHOWN, from what compaction has left --> all that follows is read, if the range goes on
 *                                     |        ^ what is to be shown is not there, nothing to show or nothing at all for long
 *                                     | what is to be shown is not there, or nothing comes for long
 *                                     v        |
 *                                   SHOWN, from the log itself, as far as it is kept
 * </pre>
 *
 * Compaction goes on meanwhile: a message that a newer one has superseded since the begin is in the log itself and no longer in what
 * compaction leaves. And the log is cut: what is not superseded is then only in what compaction has left. What is in neither is
 * passed over.
 *
 * <p>Thread: the reader's turns.
 */
final class NewestCursor implements MessageCursor {
    /** So many messages are looked at in one go. */
    private static final int MAX_LOOKED_AT = 1_024;
    /** After so many that are not shown what compaction has left is the shorter way. */
    private static final int MAX_PASSED = 2_048;

    private static final long STALL_MILLIS = 10_000;

    private final PartitionOpener opener;
    private final NewestSpan span;
    private final NewestReplay replay;
    private final ReplayOrder order;
    private final RetentionFloor floor;

    private @Nullable NewestPositions shown;
    private Position through;
    private int next;
    private @Nullable Position nextPosition;
    /** Whether what compaction has left is read now. */
    private boolean compacted;
    /** What is to be shown and is before this is not in what compaction has left. */
    private Position compactedFrom = Position.START;
    /** What is to be shown and is before this is not in the log itself. */
    private Position logFrom = Position.START;

    private int passed;

    private @Nullable CompletableFuture<Reader<byte[]>> opening;
    private @Nullable PartitionCursor cursor;
    private boolean awaited;
    private boolean hasMoreAtOnce;
    private long waitsSinceNanos;
    private Runnable onReady = () -> {};
    private final AtomicBoolean watched = new AtomicBoolean();
    private boolean placeLost;
    private boolean closed;

    /** @param floor what the broker received before it has expired */
    NewestCursor(
            PartitionOpener opener, NewestSpan span, NewestReplay replay, ReplayOrder order, RetentionFloor floor) {
        this.opener = opener;
        this.span = span;
        this.replay = replay;
        this.order = order;
        this.floor = floor;
        this.through = span.through();
    }

    @Override
    public boolean isWaiting() {
        if (!awaited || hasMoreAtOnce) {
            return false;
        }
        if (shown == null) {
            return !replay.found().isDone();
        }
        if (opening != null) {
            return !opening.isDone();
        }
        boolean waits = cursor != null && cursor.isWaiting() && !isStalled();
        if (waits) {
            watch();
        }
        return waits;
    }

    /** Takes a turn after a while, to see whether it is stalled. */
    private void watch() {
        if (nextPosition != null && !closed && watched.compareAndSet(false, true)) {
            Runnable ready = onReady;
            CompletableFuture.delayedExecutor(STALL_MILLIS, TimeUnit.MILLISECONDS)
                    .execute(() -> {
                        watched.set(false);
                        ready.run();
                    });
        }
    }

    /**
     * A reader of compacted data that brings nothing for long, though there is something, will bring nothing at all. One of the log
     * itself brings nothing when all that it had is cut off.
     */
    private boolean isStalled() {
        return nextPosition != null
                && System.nanoTime() - waitsSinceNanos >= TimeUnit.MILLISECONDS.toNanos(STALL_MILLIS);
    }

    @Override
    public boolean isAwaited() {
        return awaited;
    }

    @Override
    public @Nullable Message<byte[]> poll() throws PulsarClientException {
        Position soughtInVain = awaited && cursor != null && cursor.isWaiting() && isStalled() ? nextPosition : null;
        awaited = false;
        hasMoreAtOnce = false;
        if (closed || !isFound()) {
            return null;
        }
        if (soughtInVain != null) {
            open(soughtInVain, !compacted);
        }
        for (int lookedAt = 0; lookedAt < MAX_LOOKED_AT; lookedAt++) {
            PartitionCursor reading = reading();
            Message<byte[]> message = reading == null ? null : reading.poll();
            if (message == null) {
                return null;
            }
            if (nextPosition == null ? isBehindReplay(message) : isShown(message, nextPosition)) {
                return message;
            }
        }
        hasMoreAtOnce = true;
        return null;
    }

    private boolean isFound() throws PulsarClientException {
        if (shown != null) {
            return true;
        }
        if (!replay.found().isDone()) {
            return false;
        }
        var unused = result(replay.found());
        NewestReplay.Found mine = replay.take(span.partition());
        shown = mine.positions();
        through = mine.through();
        placeLost = mine.placeLost();
        compacted = mine.compacted();
        nextPosition = shown.size() == 0 ? null : shown.get(0);
        return true;
    }

    private static <T> @Nullable T result(CompletableFuture<T> done) throws PulsarClientException {
        try {
            return done.getNow(null);
        } catch (CompletionException | CancellationException e) {
            throw e.getCause() instanceof PulsarClientException cause ? cause : new PulsarClientException(e.getCause());
        }
    }

    /** The reader that has what comes next; null while it is being opened, or when nothing comes. */
    private @Nullable PartitionCursor reading() throws PulsarClientException {
        if (nextPosition == null && !order.isReplayed(span.partition())) {
            order.replayed(span.partition());
            shown = NewestPositions.NONE;
            closeCursor();
            if (order.isOver()) {
                replay.close();
            }
        }
        if (cursor == null && opening == null) {
            if (nextPosition != null) {
                open(nextPosition, compacted);
            } else if (span.goesOn()) {
                open(through, false);
            }
        }
        if (opening != null && opening.isDone()) {
            CompletableFuture<Reader<byte[]>> opened = opening;
            opening = null;
            cursor = new PartitionCursor(Objects.requireNonNull(result(opened)));
        }
        return cursor;
    }

    private void open(Position at, boolean fromCompacted) {
        closeCursor();
        compacted = fromCompacted;
        passed = 0;
        opening = opener.openAt(span.pulsarTopic(), span.partition(), at, fromCompacted);
    }

    /** What was before the end of the replay was shown, or is not to be shown. */
    private boolean isBehindReplay(Message<byte[]> message) {
        return Positions.of(message.getMessageId()).isBehind(through);
    }

    private boolean isShown(Message<byte[]> message, Position wanted) {
        Position position = Positions.of(message.getMessageId());
        if (wanted.isAfter(position)) {
            passed++;
            if (!compacted && passed > MAX_PASSED) {
                open(wanted, true);
            }
            return false;
        }
        passed = 0;
        if (position.isAfter(wanted) && !isNextAfterLost(position)) {
            return false;
        }
        toNext();
        return MessageDecoder.timestampMicros(message) >= floor.fromMicros();
    }

    /**
     * What is to be shown is not here: it is looked for in the other place, or it is in neither, and what comes after it is looked for.
     *
     * @return whether this position is one to be shown
     */
    private boolean isNextAfterLost(Position position) {
        if (compacted) {
            compactedFrom = position;
        } else {
            logFrom = position;
        }
        Position wanted = nextPosition;
        while (wanted != null && position.isAfter(wanted)) {
            boolean other = !(compacted ? logFrom : compactedFrom).isAfter(wanted);
            if (other) {
                open(wanted, !compacted);
                return false;
            }
            wanted = toNext();
        }
        return position.equals(wanted);
    }

    private @Nullable Position toNext() {
        next++;
        NewestPositions all = shown;
        nextPosition = all != null && next < all.size() ? all.get(next) : null;
        return nextPosition;
    }

    @Override
    public void await(Runnable ready) {
        onReady = ready;
        awaited = true;
        waitsSinceNanos = System.nanoTime();
        if (hasMoreAtOnce) {
            ready.run();
        } else if (shown == null) {
            var unused = replay.found().whenComplete((found, failure) -> ready.run());
        } else if (opening != null) {
            var unused = opening.whenComplete((reader, failure) -> ready.run());
        } else if (cursor != null) {
            cursor.await(ready);
            watch();
        }
    }

    @Override
    public CompletableFuture<Boolean> hasMore() {
        boolean known = shown == null || nextPosition != null || opening != null || hasMoreAtOnce;
        return known || cursor == null ? CompletableFuture.completedFuture(known || span.goesOn()) : cursor.hasMore();
    }

    @Override
    public boolean takeLost() {
        boolean said = placeLost;
        placeLost = false;
        return said;
    }

    @Override
    public void close() {
        closed = true;
        closeCursor();
    }

    private void closeCursor() {
        if (opening != null) {
            var unused = opening.thenCompose(PartitionOpener::closed).exceptionally(ignored -> null);
            opening = null;
        }
        if (cursor != null) {
            cursor.close();
            cursor = null;
        }
    }
}
