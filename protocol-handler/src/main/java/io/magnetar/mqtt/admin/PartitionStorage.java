package io.magnetar.mqtt.admin;

import io.magnetar.stream.Position;
import java.util.List;
import java.util.Map;

/**
 * What a partition has on disk, and up to where its subscriptions have acknowledged everything.
 *
 * <p>Thread: immutable.
 *
 * @param ledgers the oldest first, the last one is being written
 * @param acknowledged by the name of a subscription or reader, the last position before which nothing is left
 */
public record PartitionStorage(List<Ledger> ledgers, Map<String, Position> acknowledged) {
    /** @param entries in it, each a message or a batch */
    public record Ledger(long id, long entries, long bytes) {}

    public PartitionStorage {
        ledgers = List.copyOf(ledgers);
        acknowledged = Map.copyOf(acknowledged);
    }

    long bytes() {
        return ledgers.stream().mapToLong(Ledger::bytes).sum();
    }

    /**
     * The bytes that would be deleted if it were not for a subscription.
     *
     * @param firstKept the ledger of the oldest message that is part of the stream
     */
    long heldBytes(String subscription, long firstKept) {
        Position last = acknowledged.get(subscription);
        if (last == null) {
            return 0;
        }
        return ledgers.stream()
                .filter(ledger -> ledger.id() < firstKept && isNeeded(ledger, last))
                .mapToLong(Ledger::bytes)
                .sum();
    }

    private static boolean isNeeded(Ledger ledger, Position last) {
        return ledger.id() > last.ledgerId()
                || (ledger.id() == last.ledgerId() && last.entryId() + 1 < ledger.entries());
    }

    /**
     * The id of the first ledger of the last so many bytes.
     *
     * @param bytes 0 for the ledger that is being written alone
     */
    long firstWithin(long bytes) {
        long summed = 0;
        for (int i = ledgers.size() - 1; i >= 0; i--) {
            summed += ledgers.get(i).bytes();
            if (summed >= bytes) {
                return ledgers.get(i).id();
            }
        }
        return ledgers.isEmpty() ? 0 : ledgers.get(0).id();
    }

    /** The id of the ledger that is being written. */
    long current() {
        return ledgers.isEmpty() ? 0 : ledgers.get(ledgers.size() - 1).id();
    }
}
