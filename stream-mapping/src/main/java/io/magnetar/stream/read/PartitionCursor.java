package io.magnetar.stream.read;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.jspecify.annotations.Nullable;

/**
 * The reading of one partition.
 *
 * <p>Thread: the reader's turns.
 */
public final class PartitionCursor {
    private final Reader<byte[]> reader;
    private final Arrivals arrivals;

    public PartitionCursor(Reader<byte[]> reader) {
        this.reader = reader;
        this.arrivals = new Arrivals(new Arrivals.Source() {
            @Override
            public @Nullable Message<byte[]> now() throws PulsarClientException {
                return reader.readNext(0, TimeUnit.MILLISECONDS);
            }

            @Override
            public CompletableFuture<Message<byte[]>> next() {
                return reader.readNextAsync();
            }
        });
    }

    /** Whether the answer to {@link #await} has not come yet. */
    public boolean isWaiting() {
        return arrivals.isWaiting();
    }

    /** Whether a message is awaited, or has come since and was not polled. */
    boolean isAwaited() {
        return arrivals.isAwaited();
    }

    /**
     * The next message that is there already, or null.
     *
     * @throws PulsarClientException when the reader has failed
     */
    @Nullable
    public Message<byte[]> poll() throws PulsarClientException {
        return arrivals.poll();
    }

    /** Calls {@code onReady}, on any thread, when {@link #poll} has a message or a failure again. */
    public void await(Runnable onReady) {
        arrivals.await(onReady);
    }

    /** Whether the partition has a message after the last one that was polled. To be asked when {@link #poll} has none. */
    public CompletableFuture<Boolean> hasMore() {
        return reader.hasMessageAvailableAsync();
    }

    public void close() {
        var unused = reader.closeAsync().exceptionally(ignored -> null);
    }
}
