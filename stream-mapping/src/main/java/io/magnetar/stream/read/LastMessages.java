package io.magnetar.stream.read;

import io.magnetar.stream.Position;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongUnaryOperator;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;

/**
 * Opens a partition at its last so many messages, exactly, by the numbers that the broker gives to its messages. The place is found
 * by looks back in time, each further than the one before, until a message is there whose number is low enough; what lies between it
 * and the first wanted one is read and passed over.
 *
 * <p>Thread: any; used once.
 *
 * @see <a href="https://github.com/apache/pulsar/wiki/PIP-70%3A-Introduce-lightweight-broker-entry-metadata">PIP-70</a>
 */
final class LastMessages {
    private static final long FIRST_STEP_MILLIS = 1_000;
    private static final int GROWTH = 4;

    private final PartitionOpener opener;
    private final String pulsarTopic;
    private final int partition;
    /** The number of the first one, by that of the last one of the partition. */
    private final LongUnaryOperator firstByLast;

    LastMessages(PartitionOpener opener, String pulsarTopic, int partition, int messages) {
        this(opener, pulsarTopic, partition, last -> last - messages + 1);
    }

    private LastMessages(PartitionOpener opener, String pulsarTopic, int partition, LongUnaryOperator firstByLast) {
        this.opener = opener;
        this.pulsarTopic = pulsarTopic;
        this.partition = partition;
        this.firstByLast = firstByLast;
    }

    /** Those from a number on, and the last one in any case. */
    static LastMessages from(PartitionOpener opener, String pulsarTopic, int partition, long number) {
        return new LastMessages(opener, pulsarTopic, partition, last -> Math.min(last, number));
    }

    /** @return completes when the position is fixed; after a failure nothing is left open */
    CompletableFuture<PositionCursor> open() {
        return opener.end(pulsarTopic)
                .thenCompose(last -> opener.openWith(pulsarTopic, last.isEmpty() ? MessageId.earliest : last.get(0)))
                .thenCompose(reader -> openBehind(reader)
                        .exceptionallyCompose(failure -> PartitionOpener.closed(reader)
                                .thenCompose(ignored -> CompletableFuture.failedFuture(failure))));
    }

    /** @return the position before the first of them */
    CompletableFuture<Position> before() {
        return open().thenApply(cursor -> {
            cursor.close();
            return Objects.requireNonNull(cursor.start);
        });
    }

    /** @param reader at the last message, or at the beginning of a partition without any */
    private CompletableFuture<PositionCursor> openBehind(Reader<byte[]> reader) {
        return reader.hasMessageAvailableAsync()
                .thenCompose(any -> any
                        ? reader.readNextAsync().thenCompose(last -> openBehind(reader, last))
                        : behind(reader, 0, Position.START));
    }

    private CompletableFuture<PositionCursor> openBehind(Reader<byte[]> reader, Message<byte[]> last) {
        Optional<Long> index = last.getIndex();
        if (index.isEmpty()) {
            return CompletableFuture.failedFuture(new StreamFailureException(new StreamFailure(
                    Kind.UNSUPPORTED,
                    "the broker does not number its messages: 'last-N' needs the entry metadata interceptor"
                            + " AppendIndexMetadataInterceptor and exposingBrokerEntryMetadataToClientEnabled=true")));
        }
        long first = firstByLast.applyAsLong(index.get());
        return first <= 0
                ? at(reader, MessageId.earliest, 0, Position.START)
                : lookBack(reader, first, last.getPublishTime(), FIRST_STEP_MILLIS);
    }

    private CompletableFuture<PositionCursor> lookBack(
            Reader<byte[]> reader, long first, long endMillis, long stepMillis) {
        if (stepMillis >= endMillis) {
            return at(reader, MessageId.earliest, first, Position.START);
        }
        return PartitionOpener.seek(reader, endMillis - stepMillis)
                .thenCompose(done -> reader.readNextAsync())
                .thenCompose(found -> isLower(found, first)
                        ? at(
                                reader,
                                found.getMessageId(),
                                first,
                                Positions.of(found.getMessageId()).before())
                        : lookBack(reader, first, endMillis, stepMillis * GROWTH));
    }

    /** A reader of its own, for one that has been moved may come back to where it was first opened. */
    private CompletableFuture<PositionCursor> at(
            Reader<byte[]> searching, MessageId start, long first, Position before) {
        return opener.openWith(pulsarTopic, start)
                .thenCompose(reader ->
                        PartitionOpener.closed(searching).thenCompose(ignored -> behind(reader, first, before)));
    }

    /** Passes over what the broker has numbered lower than {@code first}. */
    private CompletableFuture<PositionCursor> behind(Reader<byte[]> reader, long first, Position before) {
        PartitionCursor cursor = new PartitionCursor(reader);
        if (first <= 0) {
            return CompletableFuture.completedFuture(new PositionCursor(partition, cursor, before));
        }
        CompletableFuture<Message<byte[]>> found = new CompletableFuture<>();
        passOver(cursor, first, found);
        return found.thenCompose(message -> {
                    Position position = Positions.of(message.getMessageId());
                    return isLower(message, first)
                            ? CompletableFuture.completedFuture(new PositionCursor(partition, cursor, position))
                            : at(reader, message.getMessageId(), 0, position.before());
                })
                .exceptionallyCompose(failure ->
                        PartitionOpener.closed(reader).thenCompose(ignored -> CompletableFuture.failedFuture(failure)));
    }

    /** Finds the last message that is lower, or, when such are no longer kept, the first one that is not. */
    private static void passOver(PartitionCursor cursor, long first, CompletableFuture<Message<byte[]>> found) {
        try {
            for (Message<byte[]> next = cursor.poll(); next != null; next = cursor.poll()) {
                if (!isLower(next, first - 1)) {
                    found.complete(next);
                    return;
                }
            }
        } catch (PulsarClientException e) {
            found.completeExceptionally(e);
            return;
        }
        cursor.await(() -> passOver(cursor, first, found));
    }

    private static boolean isLower(Message<byte[]> message, long index) {
        return message.getIndex().orElse(Long.MAX_VALUE) < index;
    }
}
