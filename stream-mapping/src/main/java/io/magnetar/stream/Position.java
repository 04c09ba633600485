package io.magnetar.stream;

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

    /** Whether it is after another one, and not within the entry that the other one names as a whole. */
    public boolean isBehind(Position other) {
        return isAfter(other) && !(other.batchIndex < 0 && isInEntryOf(other));
    }

    public boolean isInEntryOf(Position other) {
        return ledgerId == other.ledgerId && entryId == other.entryId;
    }

    /** The position after which this message is the next one. */
    public Position before() {
        return batchIndex > 0
                ? new Position(ledgerId, entryId, batchIndex - 1)
                : new Position(ledgerId, entryId - 1, -1);
    }
}
