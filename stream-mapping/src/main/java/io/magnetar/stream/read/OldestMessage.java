package io.magnetar.stream.read;

import io.magnetar.stream.layout.MessageDecoder;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClientException;

/**
 * Finds the first message of a partition that is not below its floor.
 *
 * <p>Thread: one at a time, whichever brings the next message; used once.
 */
final class OldestMessage {
    private final PositionCursor cursor;
    private final FloorLine floor;
    private final CompletableFuture<Optional<Message<byte[]>>> result = new CompletableFuture<>();

    /** @param cursor closed at the end */
    OldestMessage(PositionCursor cursor, FloorLine floor) {
        this.cursor = cursor;
        this.floor = floor;
    }

    /** @param timeoutMillis after so long it fails: what is waited for may have been deleted meanwhile */
    CompletableFuture<Optional<Message<byte[]>>> find(long timeoutMillis) {
        step();
        return result.orTimeout(timeoutMillis, TimeUnit.MILLISECONDS).whenComplete((found, failure) -> cursor.close());
    }

    private void step() {
        try {
            floor.look(cursor.partition);
            for (Message<byte[]> next = cursor.poll(); next != null; next = cursor.poll()) {
                if (!floor.isAbove(next, MessageDecoder.timestampMicros(next))) {
                    result.complete(Optional.of(next));
                    return;
                }
            }
            var unused = cursor.hasMore().whenCompleteAsync((more, failure) -> {
                if (failure != null) {
                    result.completeExceptionally(failure);
                } else if (Boolean.TRUE.equals(more)) {
                    cursor.await(this::step);
                } else {
                    result.complete(Optional.empty());
                }
            });
        } catch (PulsarClientException | RuntimeException e) {
            result.completeExceptionally(e);
        }
    }
}
