package io.magnetar.stream.append;

import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.StreamLimits;
import io.magnetar.stream.append.PartitionContents.Held;
import io.magnetar.stream.turn.Turns;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How much more a partition takes whose stream refuses what does not fit. Between two looks at the partition what is written here
 * is counted on top. A message is refused only when the last look found the partition full, nothing being under way then.
 *
 * <p>Thread: {@link #limit} any; all else in the writer's turns.
 */
final class PartitionQuota {
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** At a partition that another broker owns a look is dear: readers are opened for it. */
    private static final long FAR_LOOK_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long LOOK_TAKES_AT_MOST_MILLIS = 10_000;
    private static final long RETRY_MILLIS = 200;

    /** What the writer is to do with what waits. */
    enum Answer {
        COMMIT,
        WAIT,
        REFUSE
    }

    private final Supplier<CompletableFuture<Held>> source;
    private final Turns turns;
    private final LongSupplier clock;
    private volatile StreamLimits limits;

    private @Nullable Held held;
    /** When the look began that brought it. */
    private long heldNanos;

    /** When it ended. */
    private long endedNanos;

    private boolean looking;
    /** What may be missing in the last look that has ended. */
    private Given given = new Given();
    /** What may be missing in the one that is under way. */
    private Given since = new Given();

    /** What was under way when a look began, and what was given to the log since. */
    private static final class Given {
        private long messages;
        private long bytes;

        void add(long moreMessages, long moreBytes) {
            messages += moreMessages;
            bytes += moreBytes;
        }
    }

    /**
     * @param source looks at the partition
     * @param clock as {@link System#nanoTime()}
     */
    PartitionQuota(StreamLimits limits, Supplier<CompletableFuture<Held>> source, Turns turns, LongSupplier clock) {
        this.limits = limits;
        this.source = source;
        this.turns = turns;
        this.clock = clock;
    }

    void limit(StreamLimits other) {
        limits = other;
    }

    /** Whether it may be used up at all. */
    boolean isSet() {
        return limits.isQuota();
    }

    /** After {@link Answer#WAIT} a turn follows when a look has ended, and the writer sees to one when what is under way has. */
    Answer ask(SentBatches sent) {
        long nowNanos = clock.getAsLong();
        if (!looking && (held == null || nowNanos - endedNanos >= everyNanos(held))) {
            look(sent, nowNanos);
        }
        if (looking && (held == null || nowNanos - heldNanos >= everyNanos(held) + LOOK_NANOS)) {
            return Answer.WAIT; // Others may have written since.
        }
        if (messages() > 0 && bytes() > 0) {
            return Answer.COMMIT;
        }
        if (!looking && given.messages > 0 && sent.underWay() == 0) {
            look(sent, nowNanos);
            return ask(sent);
        }
        return looking || given.messages > 0 ? Answer.WAIT : Answer.REFUSE;
    }

    private static long everyNanos(Held held) {
        return held.isHere() ? LOOK_NANOS : FAR_LOOK_NANOS;
    }

    private void look(SentBatches sent, long nowNanos) {
        looking = true;
        since = new Given();
        since.add(sent.underWay(), sent.bytesUnderWay());
        CompletableFuture<Held> look = found();
        Held at = look.isCompletedExceptionally() ? null : look.getNow(null);
        if (at != null) {
            looked(at, nowNanos);
            return;
        }
        var unused = look.orTimeout(LOOK_TAKES_AT_MOST_MILLIS, TimeUnit.MILLISECONDS)
                .whenComplete((found, failure) -> {
                    if (failure == null) {
                        turns.take(() -> looked(found, nowNanos));
                    } else {
                        CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS)
                                .execute(() -> turns.take(() -> looking = false));
                    }
                });
    }

    private CompletableFuture<Held> found() {
        try {
            return source.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** @param beganNanos when the look began */
    private void looked(Held found, long beganNanos) {
        looking = false;
        held = found;
        heldNanos = beganNanos;
        endedNanos = clock.getAsLong();
        given = since;
    }

    /** Messages are given to the log. */
    void given(int messages, long bytes) {
        given.add(messages, bytes);
        if (looking) {
            since.add(messages, bytes);
        }
    }

    /** How many more messages it takes, about; nothing before the first look. */
    long messages() {
        return room(limits.maxMessages(), held == null ? Long.MAX_VALUE : held.messages(), given.messages);
    }

    /** How many more bytes it takes, about; nothing before the first look. */
    long bytes() {
        return room(limits.maxBytes(), held == null ? Long.MAX_VALUE : held.bytes(), given.bytes);
    }

    private static long room(long limit, long used, long given) {
        if (used == Long.MAX_VALUE) {
            return 0;
        }
        return limit == StreamLimits.UNLIMITED ? Long.MAX_VALUE : Math.max(0, limit - used - given);
    }

    /** @param pulsarTopic the partition */
    StreamFailure full(String pulsarTopic) {
        String limit = messages() > 0
                ? limits.maxBytes() + " bytes (mqtt.max-bytes)"
                : limits.maxMessages() + " messages (mqtt.max-messages)";
        return new StreamFailure(Kind.QUOTA_EXCEEDED, pulsarTopic + " is full: it holds " + limit);
    }
}
