package io.magnetar.stream.read;

import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.failure.PulsarFailures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Has patience with streams whose Pulsar topics are not there yet: one that is missing while its stream is defined is in the making.
 *
 * <p>Thread: immutable.
 */
public final class InTheMaking {
    private static final long RETRY_MILLIS = 100;

    private final StreamCatalog catalog;

    public InTheMaking(StreamCatalog catalog) {
        this.catalog = catalog;
    }

    /**
     * Asks something of one partition, and again while it is in the making.
     *
     * @param deadlineNanos until when, by {@link System#nanoTime()}
     */
    public <T> CompletableFuture<T> retried(
            StreamDefinition stream, int partition, long deadlineNanos, Supplier<CompletableFuture<T>> what) {
        String pulsarTopic = stream.pulsarTopic(partition);
        return what.get().exceptionallyCompose(failure -> {
            boolean inTheMaking = PulsarFailures.of(failure, pulsarTopic).kind() == Kind.GONE
                    && isDefined(stream)
                    && System.nanoTime() - deadlineNanos < 0;
            return inTheMaking
                    ? later().thenCompose(ignored -> retried(stream, partition, deadlineNanos, what))
                    : CompletableFuture.failedFuture(failure);
        });
    }

    private static CompletableFuture<Void> later() {
        return CompletableFuture.runAsync(
                () -> {}, CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS));
    }

    /** Whether there is the stream still: one that was made in its place under its name is another one. */
    boolean isDefined(StreamDefinition stream) {
        return catalog.of(stream.namespace())
                .named(stream.name())
                .filter(stream::isSameAs)
                .isPresent();
    }
}
