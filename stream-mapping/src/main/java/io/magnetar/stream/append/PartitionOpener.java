package io.magnetar.stream.append;

import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.failure.PulsarFailures;
import io.magnetar.stream.turn.Turns;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the log of one partition when it is first needed, and anew after it has failed, each time after a longer pause.
 *
 * <p>Thread: the writer's turns.
 */
final class PartitionOpener {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionOpener.class);
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final String pulsarTopic;
    private final Supplier<CompletableFuture<PartitionLog>> source;
    private final BooleanSupplier streamExists;
    private final Consumer<StreamFailure> onRefused;
    private final Turns turns;

    private @Nullable PartitionLog log;
    /** A log is being opened, or the pause before that is not over. */
    private boolean busy;

    private boolean closed;
    private long pauseMillis = FIRST_PAUSE_MILLIS;

    /**
     * @param source opens a log
     * @param streamExists whether the stream is defined: its Pulsar topic may still be in the making
     * @param onRefused told, in a turn, when there will be no log for what waits now
     */
    PartitionOpener(
            String pulsarTopic,
            Supplier<CompletableFuture<PartitionLog>> source,
            BooleanSupplier streamExists,
            Consumer<StreamFailure> onRefused,
            Turns turns) {
        this.pulsarTopic = pulsarTopic;
        this.source = source;
        this.streamExists = streamExists;
        this.onRefused = onRefused;
        this.turns = turns;
    }

    /** The log, or null while there is none; then a turn follows when that changes. */
    @Nullable
    PartitionLog ready() {
        if (log == null && !busy && !closed) {
            busy = true;
            var unused = source.get()
                    .whenComplete((opened, failure) -> turns.take(() -> {
                        if (opened != null) {
                            opened(opened);
                        } else if (failure != null) {
                            notOpened(failure);
                        }
                    }));
        }
        return log;
    }

    private void opened(PartitionLog opened) {
        busy = false;
        if (closed) {
            var unused = opened.close();
        } else {
            log = opened;
            pauseMillis = FIRST_PAUSE_MILLIS;
        }
    }

    private void notOpened(Throwable thrown) {
        StreamFailure failure = PulsarFailures.of(thrown, pulsarTopic);
        boolean inTheMaking = PulsarFailures.isMissing(thrown) && streamExists.getAsBoolean();
        LOG.info("{} has no writer, the next try is in {} ms: {}", pulsarTopic, pauseMillis, thrown.toString());
        if (failure.kind() != Kind.UNAVAILABLE && !inTheMaking) {
            onRefused.accept(failure);
        }
        pause();
    }

    private void pause() {
        long millis = pauseMillis;
        pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS).execute(() -> turns.take(() -> busy = false));
    }

    /** The log takes nothing any more: the next one is opened after it is closed and a pause. */
    void failed() {
        PartitionLog broken = log;
        if (broken != null) {
            log = null;
            busy = true;
            var unused = broken.close().whenComplete((done, ignored) -> turns.take(this::pause));
        }
    }

    /** Closes it for ever; never fails. */
    CompletableFuture<Void> close() {
        closed = true;
        PartitionLog last = log;
        log = null;
        return last == null ? CompletableFuture.completedFuture(null) : last.close();
    }
}
