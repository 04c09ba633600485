package io.magnetar.stream.read;

import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
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
    private final int messages;

    LastMessages(PartitionOpener opener, String pulsarTopic, int messages) {
        this.opener = opener;
        this.pulsarTopic = pulsarTopic;
        this.messages = messages;
    }

    /** @return completes when the position is fixed; after a failure nothing is left open */
    CompletableFuture<PartitionCursor> open() {
        return opener.end(pulsarTopic)
                .thenCompose(last -> opener.openWith(pulsarTopic, last.isEmpty() ? MessageId.earliest : last.get(0)))
                .thenCompose(reader -> openBehind(reader)
                        .exceptionallyCompose(failure -> PartitionOpener.closed(reader)
                                .thenCompose(ignored -> CompletableFuture.failedFuture(failure))));
    }

    /** @param reader at the last message, or at the beginning of a partition without any */
    private CompletableFuture<PartitionCursor> openBehind(Reader<byte[]> reader) {
        return reader.hasMessageAvailableAsync()
                .thenCompose(any -> any
                        ? reader.readNextAsync().thenCompose(last -> openBehind(reader, last))
                        : CompletableFuture.completedFuture(new PartitionCursor(reader)));
    }

    private CompletableFuture<PartitionCursor> openBehind(Reader<byte[]> reader, Message<byte[]> last) {
        Optional<Long> index = last.getIndex();
        if (index.isEmpty()) {
            return CompletableFuture.failedFuture(new StreamFailureException(new StreamFailure(
                    Kind.UNSUPPORTED,
                    "the broker does not number its messages: 'last-N' needs the entry metadata interceptor"
                            + " AppendIndexMetadataInterceptor and exposingBrokerEntryMetadataToClientEnabled=true")));
        }
        long first = index.get() - messages + 1;
        return first <= 0
                ? at(reader, MessageId.earliest, 0)
                : lookBack(reader, first, last.getPublishTime(), FIRST_STEP_MILLIS);
    }

    private CompletableFuture<PartitionCursor> lookBack(
            Reader<byte[]> reader, long first, long endMillis, long stepMillis) {
        if (stepMillis >= endMillis) {
            return at(reader, MessageId.earliest, first);
        }
        return reader.seekAsync(endMillis - stepMillis)
                .thenCompose(done -> reader.readNextAsync())
                .thenCompose(found -> found.getIndex().orElse(Long.MAX_VALUE) <= first
                        ? at(reader, found.getMessageId(), first)
                        : lookBack(reader, first, endMillis, stepMillis * GROWTH));
    }

    /** A reader of its own, for one that has been moved may come back to where it was first opened. */
    private CompletableFuture<PartitionCursor> at(Reader<byte[]> searching, MessageId start, long first) {
        return opener.openWith(pulsarTopic, start)
                .thenCompose(reader ->
                        PartitionOpener.closed(searching).thenApply(ignored -> new PartitionCursor(reader, first)));
    }
}
