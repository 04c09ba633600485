package io.magnetar.stream.read;

import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.jspecify.annotations.Nullable;

/**
 * A cursor through a partition that has an end. It ends behind the last message of its range, and also where there is no message:
 * in an empty partition, or when what is left was taken away by retention. So when nothing has come, the broker is asked whether
 * there is anything, and asked again while it cannot say.
 *
 * <p>Thread: the reader's turns.
 */
final class BoundedCursor {
    private static final long ASK_TIMEOUT_MILLIS = 10_000;
    private static final long RETRY_MILLIS = 200;
    private static final long WAIT_FOR_END_MILLIS = 1_000;
    private static final long WAIT_FOR_MESSAGE_MILLIS = 5_000;

    private final PositionCursor cursor;
    private final PartitionEnd end;
    private final InstantSource clock;
    private final Turns turns;
    private final Runnable onEnd;

    private boolean asking;
    private boolean timed;
    /** How often in a row the broker had nothing while a message was awaited, which may have come in the meantime. */
    private int nothing;
    /** Rises with each message: an answer about what was before it says nothing. */
    private long read;

    private boolean ended;

    interface Turns {
        /** Asks for a turn that begins with a task. Thread: any. */
        void take(Runnable task);
    }

    /** @param onEnd called once when nothing in the range can follow, at the latest by {@link #end} */
    BoundedCursor(PositionCursor cursor, PartitionEnd end, InstantSource clock, Turns turns, Runnable onEnd) {
        this.cursor = cursor;
        this.end = end;
        this.clock = clock;
        this.turns = turns;
        this.onEnd = onEnd;
    }

    /** Whether there may be something to read now. */
    boolean isReady() {
        return !ended && !cursor.isWaiting() && (!asking || cursor.isAwaited());
    }

    boolean hasEnded() {
        return ended;
    }

    /** Whether it has come to the end. */
    boolean isReached() {
        return end.isReached(cursor.last());
    }

    /** A message was read. @return whether it is beyond the end */
    boolean isBeyond(Message<byte[]> message) {
        read++;
        nothing = 0;
        return end.isBeyond(message, cursor.last());
    }

    /** Whether a message that is not beyond the end is in the range. */
    boolean includes(long timestampMicros) {
        return end.includes(timestampMicros);
    }

    /** Nothing in the range can follow. */
    void end() {
        if (!ended) {
            ended = true;
            cursor.close();
            onEnd.run();
        }
    }

    /** Nothing is there to be read now. */
    void awaitMore() {
        if (end.isOver(nowMicros())) {
            ask();
        } else {
            await();
        }
    }

    private void ask() {
        if (asking) {
            return;
        }
        asking = true;
        long readBefore = read;
        var unused = cursor.hasMore()
                .orTimeout(ASK_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .whenComplete((more, failure) -> turns.take(() -> {
                    asking = false;
                    if (!ended) {
                        answered(readBefore == read, more);
                    }
                }));
    }

    /** @param more null when the broker could not say */
    private void answered(boolean counts, @Nullable Boolean more) {
        boolean hasCome = cursor.isAwaited() && !cursor.isWaiting();
        if (hasCome || !counts) {
            return; // The turn reads on.
        }
        nothing = Boolean.FALSE.equals(more) ? nothing + 1 : 0;
        if (nothing > (cursor.isWaiting() ? 1 : 0)) {
            end();
            return;
        }
        await(more == null || nothing > 0 ? RETRY_MILLIS : WAIT_FOR_MESSAGE_MILLIS);
    }

    private void await() {
        long untilOver = TimeUnit.MICROSECONDS.toMillis(end.microsUntilOver(nowMicros())) + 1;
        await(Math.min(WAIT_FOR_END_MILLIS, untilOver));
    }

    private void await(long millis) {
        if (!cursor.isAwaited()) {
            cursor.await(() -> turns.take(() -> {}));
        }
        if (!timed) {
            timed = true;
            var unused = CompletableFuture.runAsync(
                    () -> turns.take(this::onTime), CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS));
        }
    }

    private void onTime() {
        timed = false;
        if (!ended && cursor.isWaiting()) {
            awaitMore();
        }
    }

    private long nowMicros() {
        return TimeUnit.MILLISECONDS.toMicros(clock.millis());
    }
}
