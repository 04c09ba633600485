package io.magnetar.stream.read;

import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClientException;
import org.jspecify.annotations.Nullable;

/**
 * A way through the messages of one partition.
 *
 * <p>Thread: the reader's turns.
 */
interface MessageCursor {
    /** Whether the answer to {@link #await} has not come yet. */
    boolean isWaiting();

    /** Whether a message is awaited, or has come since and was not polled. */
    boolean isAwaited();

    /**
     * The next message that is there already, or null.
     *
     * @throws PulsarClientException when it has failed
     */
    @Nullable
    Message<byte[]> poll() throws PulsarClientException;

    /** Calls {@code onReady}, on any thread, when {@link #poll} has a message or a failure again. */
    void await(Runnable onReady);

    /** Whether the partition has a message after the last one that was polled. To be asked when {@link #poll} has none. */
    CompletableFuture<Boolean> hasMore();

    /** Whether the place where it was to begin was found to be lost; said once. */
    default boolean takeLost() {
        return false;
    }

    void close();
}
