package io.magnetar.stream.read;

import io.magnetar.stream.Position;
import io.magnetar.stream.StreamReaders.StreamMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClientException;
import org.jspecify.annotations.Nullable;

/**
 * Takes the next messages of one partition, until there are enough or no more.
 *
 * <p>Thread: one at a time, whichever brings the next message; used once.
 */
final class PartitionPeek {
    private static final int MAX_LOOKED_AT = 8_192;

    private final PositionCursor cursor;
    private final MessageSelection selection;
    private final FloorLine floor;
    private final int wanted;
    private final int maxBytes;
    private final List<StreamMessage> taken = new ArrayList<>();
    private final CompletableFuture<Taken> result = new CompletableFuture<>();
    private int lookedAt;
    private int bytes;

    /** @param cursor closed at the end */
    PartitionPeek(PositionCursor cursor, MessageSelection selection, FloorLine floor, int wanted, int maxBytes) {
        this.cursor = cursor;
        this.selection = selection;
        this.floor = floor;
        this.wanted = wanted;
        this.maxBytes = maxBytes;
    }

    /**
     * @param cut it was not looked any further although there may be more that is wanted
     * @param last the last message that was looked at
     */
    record Taken(List<StreamMessage> messages, boolean cut, Position last) {}

    /** @param timeoutMillis after so long it fails: what is waited for may have been deleted meanwhile */
    CompletableFuture<Taken> run(long timeoutMillis) {
        step();
        return result.orTimeout(timeoutMillis, TimeUnit.MILLISECONDS).whenComplete((done, failure) -> cursor.close());
    }

    private void step() {
        floor.look(cursor.partition);
        try {
            while (taken.size() < wanted) {
                if (bytes >= maxBytes || lookedAt >= MAX_LOOKED_AT) {
                    result.complete(new Taken(taken, true, cursor.last()));
                    return;
                }
                Message<byte[]> pulsar = cursor.poll();
                if (pulsar == null) {
                    var unused = cursor.hasMore().whenCompleteAsync(this::goOn);
                    return;
                }
                take(pulsar);
            }
            result.complete(new Taken(taken, false, cursor.last()));
        } catch (PulsarClientException | RuntimeException e) {
            result.completeExceptionally(e);
        }
    }

    private void take(Message<byte[]> pulsar) {
        lookedAt++;
        StreamMessage message = selection.select(pulsar, cursor.partition, cursor.last());
        if (message != null && !floor.isAbove(pulsar, message.message().timestampMicros())) {
            taken.add(message);
            bytes += message.message().weight();
        }
    }

    private void goOn(@Nullable Boolean more, @Nullable Throwable failure) {
        if (failure != null) {
            result.completeExceptionally(failure);
        } else if (Boolean.TRUE.equals(more)) {
            cursor.await(this::step);
        } else {
            result.complete(new Taken(taken, false, cursor.last()));
        }
    }
}
