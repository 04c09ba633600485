package io.magnetar.stream.read;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.jspecify.annotations.Nullable;

/**
 * The reading of one partition by one Pulsar reader.
 *
 * <p>Thread: the reader's turns.
 */
public final class PartitionCursor implements MessageCursor {
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

    @Override
    public boolean isWaiting() {
        return arrivals.isWaiting();
    }

    @Override
    public boolean isAwaited() {
        return arrivals.isAwaited();
    }

    @Override
    public @Nullable Message<byte[]> poll() throws PulsarClientException {
        return arrivals.poll();
    }

    @Override
    public void await(Runnable onReady) {
        arrivals.await(onReady);
    }

    @Override
    public CompletableFuture<Boolean> hasMore() {
        return reader.hasMessageAvailableAsync();
    }

    @Override
    public void close() {
        var unused = reader.closeAsync().exceptionally(ignored -> null);
    }
}
