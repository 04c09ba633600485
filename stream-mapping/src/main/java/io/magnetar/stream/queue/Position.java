package io.magnetar.stream.queue;

/**
 * The place of a message in a partition of a log. Positions of one partition are in the order of their messages.
 *
 * @param ledgerId rises within a partition
 * @param entryId within the ledger; -1 before its first entry
 * @param batchIndex within the entry; -1 for an entry that is one message
 */
public record Position(long ledgerId, long entryId, int batchIndex) implements Comparable<Position> {
    /** Before all messages. */
    public static final Position START = new Position(-1, -1, -1);

    @Override
    public int compareTo(Position other) {
        int byLedger = Long.compare(ledgerId, other.ledgerId);
        if (byLedger != 0) {
            return byLedger;
        }
        int byEntry = Long.compare(entryId, other.entryId);
        return byEntry != 0 ? byEntry : Integer.compare(batchIndex, other.batchIndex);
    }

    public boolean isAfter(Position other) {
        return compareTo(other) > 0;
    }
}
