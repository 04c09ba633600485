package io.magnetar.stream.backfill;

import io.magnetar.stream.StreamBackfill.Phase;
import io.magnetar.stream.StreamBackfill.Progress;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamDefinition.Life;
import io.magnetar.stream.backfill.MergedPartition.SourceMessage;
import io.magnetar.stream.turn.Turns;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.PulsarClientException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills one stream from another.
 *
 * <pre>
 *   COPYING   until little is left
 *   JOINING   a moment T a little ahead is written beside the definition: from T on all brokers take messages for the stream and hold
 *             them. What was received before T is in the source and is copied; then the stream is opened, and what was held follows.
 *   DONE      the stream is served. What was received before T and stored in the source late is still copied.
 *   FAILED    the stream is not served, and holds nothing. It also fails when a broker takes a mark back, see {@link JoinWatch}.
 * </pre>
 *
 * Which way a message takes is told by its receive time alone, so none is missing and none is there twice.
 *
 * <p>Thread: any asks for a turn; all else in turns.
 */
final class BackfillJob {
    private static final Logger LOG = LoggerFactory.getLogger(BackfillJob.class);
    private static final int BURST = 1_000;
    /** So close to now the copying has caught up: it is always a little behind, to keep the order. */
    private static final long CAUGHT_UP_MILLIS = 3 * MergedPartitions.SETTLE_MILLIS;
    /** All brokers know of T that long before it; a changed definition is seen within two seconds. */
    private static final long AHEAD_MILLIS = 5_000;

    private static final long KNOWN_AHEAD_MILLIS = 3_000;
    private static final long LONGEST_JOIN_MILLIS = 15_000;
    /** By then the stream is served, or it is not at all: after 25 seconds brokers let go what they hold. */
    private static final long SERVED_MILLIS = 20_000;
    /** What a broker has not stored by then was refused to its publisher. */
    private static final long LATE_MILLIS = 45_000;

    private final StreamDefinition source;
    private final StreamDefinition target;
    private final Definitions definitions;
    private final BackfillMarks marks;
    private final JoinWatch watch;
    private final InstantSource clock;
    private final Runnable onFilled;
    private final Turns turns;

    private @Nullable MergedPartitions from;
    private @Nullable FilledPartitions to;
    private Step step = Step.OPENING;
    private long joinMillis;
    private boolean joinSeen;
    private boolean servedSeen;
    private volatile Progress progress;
    private volatile boolean ended;

    private enum Step {
        OPENING,
        COPYING,
        FIXING_JOIN,
        JOINING,
        BEING_SERVED,
        WATCHING,
        ENDED
    }

    /**
     * @param marks of the target
     * @param watch keeps the target from being served when it is not whole
     * @param onFilled called once, when the target is served or never will be
     */
    BackfillJob(
            StreamDefinition source,
            StreamDefinition target,
            Definitions definitions,
            BackfillMarks marks,
            JoinWatch watch,
            InstantSource clock,
            Executor executor,
            Runnable onFilled) {
        this.source = source;
        this.target = target;
        this.definitions = definitions;
        this.marks = marks;
        this.watch = watch;
        this.clock = clock;
        this.onFilled = onFilled;
        this.turns = new Turns(executor, this::turn);
        this.progress = new Progress(source.name(), Phase.COPYING, 0, 0, "");
    }

    /** The definitions as they are now. Thread: any. */
    interface Definitions {
        /** Why it cannot go on. */
        Optional<String> obstacle();

        /** What the marks of the target are. */
        Optional<Life> marked();
    }

    Progress progress() {
        return progress;
    }

    boolean hasEnded() {
        return ended;
    }

    /** Asks for a turn: to be called now and then. Thread: any. */
    void take() {
        turns.take();
    }

    /** Asks for a turn that begins with a task. Thread: any. */
    void take(Runnable task) {
        turns.take(task);
    }

    void opened(MergedPartitions readers, FilledPartitions writers) {
        from = readers;
        to = writers;
        if (step == Step.ENDED) {
            close();
            return;
        }
        step = Step.COPYING;
    }

    private void turn() {
        MergedPartitions reading = from;
        FilledPartitions writing = to;
        if (step == Step.ENDED || reading == null || writing == null) {
            return;
        }
        Optional<String> hindered =
                definitions.obstacle().or(() -> definitions.marked().flatMap(this::takenBack));
        Throwable failed = writing.failure();
        if (hindered.isPresent() || failed != null) {
            fail(hindered.orElseGet(() -> "it cannot be written to: " + failed));
            return;
        }
        try {
            copy(reading, writing);
            advance(reading, writing);
            if (step != Step.ENDED) {
                tell(reading, writing);
            }
        } catch (PulsarClientException e) {
            fail("the stream '" + source.name() + "' cannot be read: " + e.getMessage());
        }
    }

    /** What is wrong with the marks: this broker sees them a moment after they were written. */
    private Optional<String> takenBack(Life marked) {
        boolean isJoin = joinMillis > 0 && marked.liveFromMicros() == micros(joinMillis);
        boolean isServed = !marked.isFilling();
        boolean joinTaken = !isJoin && (joinSeen || marked.liveFromMicros() != 0);
        boolean fillTaken = !isServed && servedSeen;
        boolean early = isServed && step != Step.BEING_SERVED && step != Step.WATCHING;
        joinSeen |= isJoin;
        servedSeen |= isServed;
        if (joinTaken || fillTaken) {
            return Optional.of(
                    "it was taken back that it is joined: a broker heard of it too late, or somebody else did it");
        }
        return early ? Optional.of("somebody opened it before all was copied") : Optional.empty();
    }

    private void copy(MergedPartitions reading, FilledPartitions writing) throws PulsarClientException {
        long now = clock.millis();
        for (int i = 0; i < BURST; i++) {
            if (!writing.hasRoom()) {
                return;
            }
            SourceMessage next = reading.poll(now);
            if (next == null) {
                return;
            }
            writing.append(next);
        }
        turns.take();
    }

    private void advance(MergedPartitions reading, FilledPartitions writing) {
        long now = clock.millis();
        switch (step) {
            case COPYING -> {
                if (reading.hasSeenThrough(now - CAUGHT_UP_MILLIS)) {
                    fixJoin(reading, now);
                }
            }
            case JOINING -> {
                if (now > joinMillis + LONGEST_JOIN_MILLIS) {
                    fail("what was received before the moment of joining could not be copied in time");
                } else if (joinSeen && hasAllThrough(joinMillis + MergedPartitions.SETTLE_MILLIS, reading, writing)) {
                    serve();
                }
            }
            case BEING_SERVED -> {
                if (now > joinMillis + SERVED_MILLIS) {
                    fail("that it is filled could not be written down in time");
                }
            }
            case WATCHING -> {
                if (hasAllThrough(joinMillis + LATE_MILLIS, reading, writing)) {
                    step = Step.ENDED;
                    tell(reading, writing);
                    close();
                }
            }
            default -> {}
        }
    }

    private static boolean hasAllThrough(long millis, MergedPartitions reading, FilledPartitions writing) {
        return reading.hasSeenThrough(millis) && reading.isEmpty() && writing.isIdle();
    }

    private static long micros(long millis) {
        return TimeUnit.MILLISECONDS.toMicros(millis);
    }

    private void fixJoin(MergedPartitions reading, long now) {
        step = Step.FIXING_JOIN;
        joinMillis = now + AHEAD_MILLIS;
        reading.endAt(micros(joinMillis));
        var unused = marks.liveFrom(target, micros(joinMillis))
                .whenComplete((done, failure) -> turns.take(() -> {
                    if (failure != null || clock.millis() > joinMillis - KNOWN_AHEAD_MILLIS) {
                        fail("the moment of joining could not be told to all brokers in time");
                    } else if (step == Step.FIXING_JOIN) {
                        step = Step.JOINING;
                    }
                }));
    }

    private void serve() {
        step = Step.BEING_SERVED;
        var unused = marks.filled(target)
                .whenComplete((done, failure) -> turns.take(() -> {
                    if (failure != null) {
                        fail("that it is filled could not be written down: " + failure);
                    } else if (step == Step.BEING_SERVED && clock.millis() > joinMillis + SERVED_MILLIS) {
                        fail("that it is filled was written down too late");
                    } else if (step == Step.BEING_SERVED) {
                        step = Step.WATCHING;
                        onFilled.run();
                        LOG.info("{} is filled from {} and served", target.pulsarTopic(), source.pulsarTopic());
                    }
                }));
    }

    private void tell(MergedPartitions reading, FilledPartitions writing) {
        Phase phase = switch (step) {
            case OPENING, COPYING -> Phase.COPYING;
            case FIXING_JOIN, JOINING, BEING_SERVED -> Phase.JOINING;
            case WATCHING, ENDED -> Phase.DONE;
        };
        progress = new Progress(source.name(), phase, writing.copied(), reading.reachedMicros(), "");
    }

    /** It ends here, and the target is not served; one that is served stays, unless a broker has taken that back. */
    void fail(String reason) {
        if (step == Step.ENDED) {
            return;
        }
        boolean isServed = step == Step.WATCHING
                && definitions
                        .marked()
                        .filter(marked -> !marked.isFilling() || !servedSeen)
                        .isPresent();
        boolean wasServed = step == Step.WATCHING;
        boolean isOpen = step == Step.BEING_SERVED || (servedSeen && !wasServed);
        boolean holds = step == Step.FIXING_JOIN || step == Step.JOINING;
        step = Step.ENDED;
        LOG.warn("{} is no longer filled from {}: {}", target.pulsarTopic(), source.pulsarTopic(), reason);
        Progress last = progress;
        progress = new Progress(
                last.source(), isServed ? Phase.DONE : Phase.FAILED, last.copied(), last.reachedMicros(), reason);
        if (holds) {
            var unused = marks.holdNothing(target).exceptionally(failure -> {
                LOG.warn("{} holds messages for 25 seconds: {}", target.pulsarTopic(), failure.toString());
                return null;
            });
        }
        if (isOpen) {
            watch.spoil(target);
        }
        close();
        if (!wasServed) {
            onFilled.run();
        }
    }

    private void close() {
        ended = true;
        if (from != null) {
            from.close();
            from = null;
        }
        if (to != null) {
            to.close();
            to = null;
        }
    }
}
