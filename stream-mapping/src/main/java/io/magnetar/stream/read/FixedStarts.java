package io.magnetar.stream.read;

import io.magnetar.stream.MessageIdSyntax;
import io.magnetar.stream.Position;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Where all partitions begin, when a message of one of them says so: its time tells it for the others.
 *
 * <p>Thread: any.
 */
final class FixedStarts {
    /** Looks up when a message was stored. */
    interface StoredMicros {
        /** @return epoch microseconds; nothing when the partition has no such message, nor a later one */
        CompletableFuture<Optional<Long>> of(int partition, Position position);
    }

    private FixedStarts() {}

    static CompletableFuture<StartPosition> of(StreamDefinition stream, StartPosition start, StoredMicros stored) {
        if (!(start instanceof StartPosition.MessageId id)) {
            return CompletableFuture.completedFuture(start);
        }
        return storedMicros(stream, id.partition(), id.position(), stored).thenApply(micros -> {
            long from = Math.max(0, micros - StartPosition.MessageId.MARGIN_MICROS);
            return new StartPosition.MessageId(id.partition(), id.position(), stream.partitions() == 1 ? 0 : from);
        });
    }

    /** When a message was stored, epoch microseconds. */
    static CompletableFuture<Long> storedMicros(
            StreamDefinition stream, int partition, Position position, StoredMicros stored) {
        if (partition >= stream.partitions()) {
            return CompletableFuture.failedFuture(noMessage(stream, partition, position));
        }
        return stored.of(partition, position)
                .thenApply(found -> found.orElseThrow(() -> noMessage(stream, partition, position)));
    }

    private static StreamFailureException noMessage(StreamDefinition stream, int partition, Position position) {
        return new StreamFailureException(new StreamFailure(
                Kind.NO_SUCH_POSITION,
                "the stream '" + stream.name() + "' has no message " + MessageIdSyntax.write(partition, position)
                        + " nor a later one in its partition"));
    }
}
