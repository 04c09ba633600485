package io.magnetar.stream.read;

import io.magnetar.stream.retention.LastNumbers;
import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;

/**
 * Asks the process for the numbers of its own partitions, and reads the newest message of others.
 *
 * <p>Thread: any.
 */
public final class PulsarLastNumbers implements LastNumbers {
    private static final long NONE = -1;

    private final PartitionOpener opener;
    private final LastNumbers own;

    /** @param own knows those of this process */
    public PulsarLastNumbers(PulsarClient client, ReadSettings settings, LastNumbers own) {
        this.opener = new PartitionOpener(client, settings);
        this.own = own;
    }

    @Override
    public long now(String pulsarTopic) {
        return own.now(pulsarTopic);
    }

    @Override
    public CompletableFuture<Long> of(String pulsarTopic) {
        return own.of(pulsarTopic)
                .thenCompose(
                        number -> number == UNKNOWN ? read(pulsarTopic) : CompletableFuture.completedFuture(number));
    }

    private CompletableFuture<Long> read(String pulsarTopic) {
        return opener.end(pulsarTopic)
                .thenCompose(last -> last.isEmpty() || Positions.only(last).entryId() < 0
                        ? CompletableFuture.completedFuture(NONE)
                        : opener.openWith(pulsarTopic, last.get(0)).thenCompose(PulsarLastNumbers::number));
    }

    private static CompletableFuture<Long> number(Reader<byte[]> reader) {
        return PartitionOpener.next(reader)
                .thenApply(found ->
                        found.map(message -> message.getIndex().orElse(UNKNOWN)).orElse(NONE))
                .whenComplete((number, failure) -> {
                    var unused = PartitionOpener.closed(reader);
                });
    }
}
