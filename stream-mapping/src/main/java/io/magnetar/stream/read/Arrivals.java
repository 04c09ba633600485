package io.magnetar.stream.read;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClientException;
import org.jspecify.annotations.Nullable;

/**
 * What a Pulsar reader or consumer brings: what it has already is taken at once; when it has nothing, a future brings the next
 * message. A future for every message would cost more than the message.
 *
 * <p>Thread: the user's turns.
 */
public final class Arrivals {
    private final Source source;
    private @Nullable CompletableFuture<Message<byte[]>> awaited;

    /** A Pulsar reader or consumer. */
    public interface Source {
        /** The next message, null when there is none yet. */
        @Nullable
        Message<byte[]> now() throws PulsarClientException;

        /** The next message, when it comes. */
        CompletableFuture<Message<byte[]>> next();
    }

    public Arrivals(Source source) {
        this.source = source;
    }

    /** Whether the answer to {@link #await} has not come yet. */
    public boolean isWaiting() {
        CompletableFuture<Message<byte[]>> next = awaited;
        return next != null && !next.isDone();
    }

    /** Whether a message is awaited, or has come since and was not polled. */
    public boolean isAwaited() {
        return awaited != null;
    }

    /**
     * The next message that is there already, or null.
     *
     * @throws PulsarClientException when the reader or consumer has failed
     */
    @Nullable
    public Message<byte[]> poll() throws PulsarClientException {
        CompletableFuture<Message<byte[]>> next = awaited;
        if (next == null) {
            return source.now();
        }
        awaited = null;
        try {
            return next.getNow(null);
        } catch (CompletionException | CancellationException e) {
            throw e.getCause() instanceof PulsarClientException cause ? cause : new PulsarClientException(e);
        }
    }

    /** Calls {@code onReady}, on any thread, when {@link #poll} has a message or a failure again. */
    public void await(Runnable onReady) {
        CompletableFuture<Message<byte[]>> next = source.next();
        awaited = next;
        var unused = next.whenComplete((message, failure) -> onReady.run());
    }
}
