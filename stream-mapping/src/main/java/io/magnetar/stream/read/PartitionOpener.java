package io.magnetar.stream.read;

import io.magnetar.stream.StartPosition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.ConsumerCryptoFailureAction;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.api.ReaderBuilder;
import org.apache.pulsar.client.api.TopicMessageId;

/**
 * Opens Pulsar readers over partitions at a position that holds: the client comes back to it when it must connect again before
 * the first message was read.
 *
 * <p>Thread: any.
 */
final class PartitionOpener {
    private final PulsarClient client;
    private final ReadSettings settings;

    PartitionOpener(PulsarClient client, ReadSettings settings) {
        this.client = client;
        this.settings = settings;
    }

    /** @return completes when the position is fixed; after a failure nothing is left open */
    CompletableFuture<PartitionCursor> cursor(String pulsarTopic, StartPosition start) {
        return start instanceof StartPosition.Last last
                ? new LastMessages(this, pulsarTopic, last.messages()).open()
                : open(pulsarTopic, start).thenApply(PartitionCursor::new);
    }

    /**
     * @param start any but {@link StartPosition.Last}
     * @return completes when the position is fixed; after a failure no reader is left open
     */
    CompletableFuture<Reader<byte[]>> open(String pulsarTopic, StartPosition start) {
        if (start instanceof StartPosition.Timestamp timestamp) {
            long millis = TimeUnit.MICROSECONDS.toMillis(timestamp.epochMicros()) - settings.skewMarginMillis();
            return millis <= 0 ? open(pulsarTopic, MessageId.earliest) : openAt(pulsarTopic, millis);
        }
        return start instanceof StartPosition.Latest ? openAtEnd(pulsarTopic) : open(pulsarTopic, MessageId.earliest);
    }

    /** Opened at the end, because what a reader prefetches before it seeks is wasted. */
    private CompletableFuture<Reader<byte[]>> openAt(String pulsarTopic, long epochMillis) {
        return open(pulsarTopic, MessageId.latest)
                .thenCompose(reader -> reader.seekAsync(epochMillis)
                        .thenApply(done -> reader)
                        .exceptionallyCompose(failure ->
                                closed(reader).thenCompose(ignored -> CompletableFuture.failedFuture(failure))));
    }

    /**
     * A reader opened at {@code latest} would begin at what is latest again after a broken connection, and what came between
     * would be lost: it is opened after the message that is the last one now.
     */
    private CompletableFuture<Reader<byte[]>> openAtEnd(String pulsarTopic) {
        return end(pulsarTopic).thenCompose(last -> open(pulsarTopic, onlyOf(last)));
    }

    /** The last message of a partition. */
    CompletableFuture<List<TopicMessageId>> end(String pulsarTopic) {
        return open(pulsarTopic, MessageId.latest)
                .thenCompose(probe -> probe.getLastMessageIdsAsync().whenComplete((last, failure) -> {
                    var unused = closed(probe);
                }));
    }

    private static MessageId onlyOf(List<TopicMessageId> last) {
        return last.isEmpty() ? MessageId.earliest : last.get(0);
    }

    /** Opens a reader after a message. */
    CompletableFuture<Reader<byte[]>> open(String pulsarTopic, MessageId after) {
        return reader(pulsarTopic, after).createAsync();
    }

    /** Opens a reader that begins with a message. */
    CompletableFuture<Reader<byte[]>> openWith(String pulsarTopic, MessageId first) {
        return reader(pulsarTopic, first).startMessageIdInclusive().createAsync();
    }

    private ReaderBuilder<byte[]> reader(String pulsarTopic, MessageId start) {
        return client.newReader()
                .topic(pulsarTopic)
                .startMessageId(start)
                .subscriptionRolePrefix("magnetar")
                .receiverQueueSize(settings.prefetchMessages())
                .cryptoFailureAction(ConsumerCryptoFailureAction.DISCARD);
    }

    static CompletableFuture<Void> closed(Reader<byte[]> reader) {
        return reader.closeAsync().exceptionally(ignored -> null);
    }
}
