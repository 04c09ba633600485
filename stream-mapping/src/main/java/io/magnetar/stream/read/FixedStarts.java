package io.magnetar.stream.read;

import io.magnetar.stream.MessageIdSyntax;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Start positions that hold for all partitions of a stream: a message of one of them tells the time where the others begin.
 *
 * <p>Thread: any.
 */
final class FixedStarts {
    private final PartitionOpener opener;
    private final ReadSettings settings;

    FixedStarts(PartitionOpener opener, ReadSettings settings) {
        this.opener = opener;
        this.settings = settings;
    }

    CompletableFuture<StartPosition> of(StreamDefinition stream, StartPosition start) {
        if (!(start instanceof StartPosition.MessageId id)) {
            return CompletableFuture.completedFuture(start);
        }
        if (id.partition() >= stream.partitions()) {
            return CompletableFuture.failedFuture(noMessage(stream, id));
        }
        return opener.storedMillis(stream.pulsarTopic(id.partition()), id.partition(), id.position())
                .orTimeout(settings.openTimeoutMillis(), TimeUnit.MILLISECONDS)
                .thenApply(found -> {
                    long micros = TimeUnit.MILLISECONDS.toMicros(found.orElseThrow(() -> noMessage(stream, id)));
                    long from = Math.max(0, micros - StartPosition.MessageId.MARGIN_MICROS);
                    return new StartPosition.MessageId(
                            id.partition(), id.position(), stream.partitions() == 1 ? 0 : from);
                });
    }

    private static StreamFailureException noMessage(StreamDefinition stream, StartPosition.MessageId id) {
        return new StreamFailureException(new StreamFailure(
                Kind.NO_SUCH_POSITION,
                "the stream '" + stream.name() + "' has no message "
                        + MessageIdSyntax.write(id.partition(), id.position()) + " nor a later one in its partition"));
    }
}
