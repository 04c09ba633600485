package io.magnetar.stream.read;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.jspecify.annotations.Nullable;

/**
 * The reading of one partition: what the client has already is taken at once; when it has nothing, a future brings the next
 * message. A future for every message would cost more than the message.
 *
 * <p>Thread: the reader's turns.
 */
public final class PartitionCursor {
    private final Reader<byte[]> reader;
    private final long firstIndex;
    private @Nullable CompletableFuture<Message<byte[]>> awaited;

    public PartitionCursor(Reader<byte[]> reader) {
        this(reader, 0);
    }

    /** @param firstIndex passes over the messages that the broker has numbered lower */
    PartitionCursor(Reader<byte[]> reader, long firstIndex) {
        this.reader = reader;
        this.firstIndex = firstIndex;
    }

    /** Whether the answer to {@link #await} has not come yet. */
    public boolean isWaiting() {
        CompletableFuture<Message<byte[]>> next = awaited;
        return next != null && !next.isDone();
    }

    /** Whether a message is awaited, or has come since and was not polled. */
    boolean isAwaited() {
        return awaited != null;
    }

    /**
     * The next message that is there already, or null.
     *
     * @throws PulsarClientException when the reader has failed
     */
    @Nullable
    public Message<byte[]> poll() throws PulsarClientException {
        Message<byte[]> message = next();
        while (firstIndex > 0 && message != null && message.getIndex().orElse(Long.MAX_VALUE) < firstIndex) {
            message = next();
        }
        return message;
    }

    private @Nullable Message<byte[]> next() throws PulsarClientException {
        CompletableFuture<Message<byte[]>> next = awaited;
        if (next == null) {
            return reader.readNext(0, TimeUnit.MILLISECONDS);
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
        CompletableFuture<Message<byte[]>> next = reader.readNextAsync();
        awaited = next;
        var unused = next.whenComplete((message, failure) -> onReady.run());
    }

    /** Whether the partition has a message after the last one that was polled. To be asked when {@link #poll} has none. */
    public CompletableFuture<Boolean> hasMore() {
        return reader.hasMessageAvailableAsync();
    }

    public void close() {
        var unused = reader.closeAsync().exceptionally(ignored -> null);
    }
}
