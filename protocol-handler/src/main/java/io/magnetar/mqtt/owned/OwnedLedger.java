package io.magnetar.mqtt.owned;

import io.magnetar.stream.retention.LastNumbers;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.bookkeeper.mledger.AsyncCallbacks.ReadEntryCallback;
import org.apache.bookkeeper.mledger.Entry;
import org.apache.bookkeeper.mledger.ManagedLedger;
import org.apache.bookkeeper.mledger.ManagedLedgerException;
import org.apache.bookkeeper.mledger.Position;
import org.apache.pulsar.broker.intercept.ManagedLedgerInterceptorImpl;
import org.apache.pulsar.broker.service.BrokerService;
import org.apache.pulsar.broker.service.persistent.PersistentTopic;
import org.apache.pulsar.common.api.proto.BrokerEntryMetadata;
import org.apache.pulsar.common.api.proto.MessageMetadata;
import org.apache.pulsar.common.protocol.Commands;
import org.jspecify.annotations.Nullable;

/**
 * A partition that this broker owns, asked for the numbers of its messages. An entry is looked at by reading it, and many by a search
 * that reads a few.
 *
 * <p>Thread: any; never blocks.
 */
record OwnedLedger(ManagedLedger ledger) {
    /** What an entry's messages are numbered. */
    private record Numbers(long first, long last) {}

    /** The partition, when this broker has it. */
    static Optional<OwnedLedger> find(BrokerService broker, String pulsarTopic) {
        return broker.getTopicReference(pulsarTopic)
                .filter(PersistentTopic.class::isInstance)
                .map(topic -> new OwnedLedger(((PersistentTopic) topic).getManagedLedger()));
    }

    /** The number of the newest message, also of one that is being written; -1 before the first. */
    long lastNumber() {
        return ledger.getManagedLedgerInterceptor() instanceof ManagedLedgerInterceptorImpl numbering
                ? numbering.getIndex()
                : LastNumbers.UNKNOWN;
    }

    /**
     * The number of the first message whose entry was stored at a time or later; one behind the last when there is none.
     *
     * @param epochMillis 0 for the oldest message
     */
    CompletableFuture<Long> firstNumber(long epochMillis) {
        CompletableFuture<Position> first = epochMillis <= 0
                ? CompletableFuture.completedFuture(oldest())
                : ledger.asyncFindPosition(entry -> storedMillis(entry) < epochMillis);
        return first.thenCompose(position -> isThere(position)
                ? numbers(position).thenApply(Numbers::first)
                : CompletableFuture.completedFuture(lastNumber() + 1));
    }

    private @Nullable Position oldest() {
        Position before = ledger.getFirstPosition();
        return before == null ? null : ledger.getNextValidPosition(before);
    }

    private boolean isThere(@Nullable Position position) {
        return position != null && position.compareTo(ledger.getLastConfirmedEntry()) <= 0;
    }

    /** The first entry that has a message of a number or of a higher one, or what is behind the last entry. */
    CompletableFuture<@Nullable Position> firstFrom(long number) {
        Predicate<Entry> isBelow = entry -> last(entry) < number;
        return ledger.asyncFindPosition(isBelow);
    }

    private static long storedMillis(Entry entry) {
        BrokerEntryMetadata broker = Commands.peekBrokerEntryMetadataIfExist(entry.getDataBuffer());
        return broker != null && broker.hasBrokerTimestamp()
                ? broker.getBrokerTimestamp()
                : metadata(entry).getPublishTime();
    }

    private static MessageMetadata metadata(Entry entry) {
        return Commands.peekMessageMetadata(entry.getDataBuffer(), "", 0);
    }

    /** Entries without a number are older than all with one. */
    private static long last(Entry entry) {
        BrokerEntryMetadata broker = Commands.peekBrokerEntryMetadataIfExist(entry.getDataBuffer());
        return broker != null && broker.hasIndex() ? broker.getIndex() : -1;
    }

    private static Numbers numbers(Entry entry) {
        MessageMetadata metadata = metadata(entry);
        int messages = metadata == null ? 1 : Math.max(1, metadata.getNumMessagesInBatch());
        long last = last(entry);
        return new Numbers(Math.max(0, last - messages + 1), last);
    }

    private CompletableFuture<Numbers> numbers(Position position) {
        CompletableFuture<Numbers> found = new CompletableFuture<>();
        ledger.asyncReadEntry(
                position,
                new ReadEntryCallback() {
                    @Override
                    public void readEntryComplete(Entry entry, Object context) {
                        try {
                            found.complete(numbers(entry));
                        } catch (RuntimeException e) {
                            found.completeExceptionally(e);
                        } finally {
                            entry.release();
                        }
                    }

                    @Override
                    public void readEntryFailed(ManagedLedgerException failure, Object context) {
                        found.completeExceptionally(failure);
                    }
                },
                position);
        return found;
    }
}
