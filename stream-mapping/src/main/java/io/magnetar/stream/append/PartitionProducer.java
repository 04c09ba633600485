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
import org.apache.pulsar.client.api.Producer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The producer of one partition: made when first needed, and made anew after it has failed, each time after a longer pause.
 *
 * <p>Thread: the writer's turns.
 */
final class PartitionProducer {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionProducer.class);
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final String pulsarTopic;
    private final Supplier<CompletableFuture<Producer<byte[]>>> source;
    private final BooleanSupplier streamExists;
    private final Consumer<StreamFailure> onRefused;
    private final Turns turns;

    private @Nullable Producer<byte[]> producer;
    /** A producer is being made, or the pause before that is not over. */
    private boolean busy;

    private boolean closed;
    private long pauseMillis = FIRST_PAUSE_MILLIS;

    /**
     * @param source makes a producer
     * @param streamExists whether the stream is defined: its Pulsar topic may still be in the making
     * @param onRefused told, in a turn, when there will be no producer for what waits now
     */
    PartitionProducer(
            String pulsarTopic,
            Supplier<CompletableFuture<Producer<byte[]>>> source,
            BooleanSupplier streamExists,
            Consumer<StreamFailure> onRefused,
            Turns turns) {
        this.pulsarTopic = pulsarTopic;
        this.source = source;
        this.streamExists = streamExists;
        this.onRefused = onRefused;
        this.turns = turns;
    }

    /** The producer, or null while there is none; then a turn follows when that changes. */
    @Nullable
    Producer<byte[]> ready() {
        if (producer == null && !busy && !closed) {
            busy = true;
            var unused = source.get()
                    .whenComplete((made, failure) -> turns.take(() -> {
                        if (made != null) {
                            made(made);
                        } else if (failure != null) {
                            notMade(failure);
                        }
                    }));
        }
        return producer;
    }

    private void made(Producer<byte[]> made) {
        busy = false;
        if (closed) {
            var unused = close(made);
        } else {
            producer = made;
            pauseMillis = FIRST_PAUSE_MILLIS;
        }
    }

    private void notMade(Throwable thrown) {
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

    /** The producer has failed for good: the next one is made after a pause. */
    void failed(Producer<byte[]> broken) {
        if (broken == producer) {
            producer = null;
            busy = true;
            var unused = close(broken);
            pause();
        }
    }

    /** Closes it for ever. */
    CompletableFuture<Void> close() {
        closed = true;
        Producer<byte[]> last = producer;
        producer = null;
        return last == null ? CompletableFuture.completedFuture(null) : close(last);
    }

    private CompletableFuture<Void> close(Producer<byte[]> ending) {
        return ending.closeAsync().exceptionally(failure -> {
            LOG.debug("{}: a writer did not close well", pulsarTopic, failure);
            return null;
        });
    }
}
