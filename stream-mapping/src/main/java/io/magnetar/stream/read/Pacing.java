package io.magnetar.stream.read;

import io.magnetar.stream.ReplayPace;
import io.magnetar.stream.StreamReaders.StreamMessage;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When the messages of a reader may leave: at a speed, by one clock for all partitions, and not more than so many in a second.
 * It holds one message of a partition, the next one, until its time has come; those behind it stay with Pulsar.
 *
 * <p>The clock begins when the next message of every partition is known, or that it has none: with the earliest of them.
 *
 * <p>Thread: the reader's turns.
 */
final class Pacing {
    /** A rate is kept in steps as long as this, for timers are no finer than a millisecond. */
    private static final double STEP_MICROS = 10_000;

    private static final long MAX_WAIT_MILLIS = 60_000;

    private final int partitions;
    private final InstantSource clock;
    private final Runnable onTime;
    private final Map<Integer, StreamMessage> held = new HashMap<>();
    private final Set<Integer> without = new HashSet<>();
    private final Set<Integer> asked = new HashSet<>();

    private ReplayPace pace;
    private boolean begun;
    private long beganMicros;
    private long firstMicros;
    /** When the next message may leave by the rate. */
    private double nextMicros;

    private long timedMicros = Long.MAX_VALUE;
    private long lastMicros = Long.MIN_VALUE / 2;

    /** @param onTime asks for a turn; called on any thread when one may leave that was held */
    Pacing(ReplayPace pace, int partitions, InstantSource clock, Runnable onTime) {
        this.pace = pace;
        this.partitions = partitions;
        this.clock = clock;
        this.onTime = onTime;
    }

    /** Another pace from now on. */
    void change(ReplayPace changed) {
        if (!pace.equals(changed)) {
            pace = changed;
            begun = false;
            without.clear();
            asked.clear();
            nextMicros = 0;
        }
    }

    /** Whether the messages of some partitions are waited for to begin. */
    boolean isBeginning() {
        return pace.hasSpeed() && !begun;
    }

    /** The next message of a partition, when it was held; it is held no longer. */
    @Nullable
    StreamMessage take(int partition) {
        return held.remove(partition);
    }

    void hold(StreamMessage message) {
        held.put(message.partition(), message);
        begin();
    }

    /** Whether to ask if a partition has anything, for it has not brought anything: said once until it does. */
    boolean asks(int partition) {
        return asked.add(partition);
    }

    /** A partition has brought something. */
    void polled(int partition) {
        asked.remove(partition);
    }

    /** A partition has nothing now. */
    void without(int partition) {
        if (isBeginning() && without.add(partition)) {
            begin();
        }
    }

    private void begin() {
        if (isBeginning() && allKnown()) {
            begun = true;
            beganMicros = nowMicros();
            firstMicros = held.values().stream()
                    .mapToLong(message -> message.message().timestampMicros())
                    .min()
                    .orElse(beganMicros);
            onTime.run();
        }
    }

    private boolean allKnown() {
        for (int partition = 0; partition < partitions; partition++) {
            if (!held.containsKey(partition) && !without.contains(partition)) {
                return false;
            }
        }
        return !held.isEmpty();
    }

    /** Whether a message may leave now, which then counts; else {@code onTime} says when to ask again. */
    boolean leaves(StreamMessage message) {
        if (isBeginning()) {
            return false;
        }
        long now = nowMicros();
        double due = Math.max(dueMicros(message), pace.hasRate() ? nextMicros - slackMicros() : 0);
        if (due > now) {
            wake(now, due);
            return false;
        }
        boolean idle = now - nextMicros > STEP_MICROS; // One that is late because of its timer delays none behind it.
        nextMicros = (idle ? now : nextMicros) + intervalMicros();
        return true;
    }

    /** Between two messages by the rate. */
    private double intervalMicros() {
        return pace.hasRate() ? 1e6 / pace.perSecond() : 0;
    }

    /** How far messages may be ahead of their time, so that some leave with one timer. */
    private double slackMicros() {
        return Math.max(0, STEP_MICROS - intervalMicros());
    }

    /** By the speed. */
    private double dueMicros(StreamMessage message) {
        return pace.hasSpeed()
                ? beganMicros + (message.message().timestampMicros() - (double) firstMicros) / pace.speed()
                : 0;
    }

    /** One timer is enough: the earliest. */
    private void wake(long now, double due) {
        long millis = (long) Math.min(MAX_WAIT_MILLIS, Math.ceil((due - now) / 1_000));
        long at = now + TimeUnit.MILLISECONDS.toMicros(millis);
        if (at < timedMicros || timedMicros <= now) {
            timedMicros = at;
            CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, Runnable::run)
                    .execute(onTime);
        }
    }

    /** When the clock was set back, what was to come is as far away as before. */
    private long nowMicros() {
        long now = TimeUnit.MILLISECONDS.toMicros(clock.millis());
        long back = lastMicros - now;
        if (back > 0) {
            beganMicros -= back;
            nextMicros -= back;
            timedMicros = Long.MAX_VALUE;
        }
        lastMicros = now;
        return now;
    }
}
