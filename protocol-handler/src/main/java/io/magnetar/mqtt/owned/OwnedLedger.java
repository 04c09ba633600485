package io.magnetar.mqtt.owned;

import io.magnetar.stream.retention.LastNumbers;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
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
    private static final long NONE = -1;

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

    /** The number of the newest message that is stored, -1 before the first; {@link LastNumbers#UNSETTLED} while messages are written. */
    long storedNumberNow() {
        long last =
                lastNumber(); // Read first: a message has its number later than its place among those that are written.
        return ledger.getPendingAddEntriesCount() == 0 ? last : LastNumbers.UNSETTLED;
    }

    /** The number of the newest message that is stored, -1 before the first. */
    CompletableFuture<Long> storedNumber() {
        long now = storedNumberNow();
        if (now != LastNumbers.UNSETTLED) {
            return CompletableFuture.completedFuture(now);
        }
        Position last = ledger.getLastConfirmedEntry();
        return isThere(last) && last.getEntryId() >= 0
                ? read(last, OwnedLedger::last)
                : CompletableFuture.completedFuture(NONE);
    }

    /**
     * The number of the first message whose entry was stored at a time or later; one behind the last when there is none.
     *
     * @param epochMillis 0 for the oldest message
     */
    CompletableFuture<Long> firstNumber(long epochMillis) {
        return find(entry -> storedMillis(entry) < epochMillis)
                .thenCompose(position -> isThere(position)
                        ? read(position, OwnedLedger::first)
                        : CompletableFuture.completedFuture(lastNumber() + 1));
    }

    /** The first entry that has a message of a number or of a higher one, or what is behind the last entry; null when there is none. */
    CompletableFuture<@Nullable Position> firstFrom(long number) {
        return find(entry -> last(entry) < number);
    }

    private @Nullable Position oldest() {
        Position before = ledger.getFirstPosition();
        return before == null ? null : ledger.getNextValidPosition(before);
    }

    private boolean isThere(@Nullable Position position) {
        return position != null && position.compareTo(ledger.getLastConfirmedEntry()) <= 0;
    }

    /**
     * Finds the first entry that is not before something. The oldest is looked at first: mostly it is this one, and Pulsar logs a search
     * that finds none before it.
     */
    private CompletableFuture<@Nullable Position> find(Predicate<Entry> isBefore) {
        Position oldest = oldest();
        if (oldest == null || !isThere(oldest)) {
            return CompletableFuture.completedFuture(oldest);
        }
        return read(oldest, isBefore::test)
                .thenCompose(before -> before ? search(isBefore) : CompletableFuture.completedFuture(oldest));
    }

    /** Pulsar does not release the entries that it has a search look at, answers nothing when it fails, and never when the look does. */
    private CompletableFuture<@Nullable Position> search(Predicate<Entry> isBefore) {
        CompletableFuture<@Nullable Position> found = new CompletableFuture<>();
        Predicate<Entry> look = entry -> {
            try {
                return isBefore.test(entry);
            } catch (RuntimeException e) {
                found.completeExceptionally(e);
                return false;
            } finally {
                entry.release();
            }
        };
        var unused = ledger.asyncFindPosition(look).whenComplete((position, failure) -> {
            if (position != null) {
                found.complete(position);
            } else {
                found.completeExceptionally(
                        failure != null
                                ? failure
                                : new ManagedLedgerException("an entry of " + ledger.getName() + " could not be read"));
            }
        });
        return found;
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
        return broker != null && broker.hasIndex() ? broker.getIndex() : NONE;
    }

    private static long first(Entry entry) {
        MessageMetadata metadata = metadata(entry);
        int messages = metadata == null ? 1 : Math.max(1, metadata.getNumMessagesInBatch());
        return Math.max(0, last(entry) - messages + 1);
    }

    private <T> CompletableFuture<T> read(Position position, Function<Entry, T> look) {
        CompletableFuture<T> found = new CompletableFuture<>();
        ledger.asyncReadEntry(
                position,
                new ReadEntryCallback() {
                    @Override
                    public void readEntryComplete(Entry entry, Object context) {
                        try {
                            found.complete(look.apply(entry));
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
