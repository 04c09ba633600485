package io.magnetar.stream.newest;

import io.magnetar.stream.Position;
import java.util.Arrays;

/**
 * Positions of one partition as numbers in the same order, for there are many of them:
 *
 * <pre>
 *   number of the ledger, from 1: 17 bits | entry: 28 bits | index in the batch, from 1, or 0: 18 bits
 * </pre>
 *
 * <p>Thread: one at a time while positions are packed; then any.
 */
final class PackedPositions {
    private static final int BATCH_BITS = 18;
    private static final int ENTRY_BITS = 28;
    private static final int MAX_LEDGERS = (1 << 17) - 1;
    private static final int MAX_ENTRY = (1 << ENTRY_BITS) - 1;
    private static final int MAX_BATCH_INDEX = (1 << BATCH_BITS) - 2;

    /** In their order; the number of a ledger is its place here and one more. */
    private long[] ledgers = new long[16];

    private int count;

    /**
     * A position as a number greater than 0. Positions come in their order.
     *
     * @throws UnsupportedOperationException when the partition has more than fits
     */
    long pack(Position position) {
        if (count == 0 || ledgers[count - 1] != position.ledgerId()) {
            add(position.ledgerId());
        }
        if (count > MAX_LEDGERS || position.entryId() > MAX_ENTRY || position.batchIndex() > MAX_BATCH_INDEX) {
            throw new UnsupportedOperationException("a replay of newest messages takes partitions of up to "
                    + MAX_LEDGERS + " ledgers with up to " + MAX_ENTRY + " entries of up to " + MAX_BATCH_INDEX
                    + " messages, and there is " + position + " in ledger " + count);
        }
        return ((long) count << (ENTRY_BITS + BATCH_BITS))
                | (position.entryId() << BATCH_BITS)
                | (position.batchIndex() + 1);
    }

    private void add(long ledger) {
        if (count == ledgers.length) {
            ledgers = Arrays.copyOf(ledgers, 2 * count);
        }
        ledgers[count++] = ledger;
    }

    Position unpack(long packed) {
        int ledger = (int) (packed >>> (ENTRY_BITS + BATCH_BITS)) - 1;
        long entry = (packed >>> BATCH_BITS) & MAX_ENTRY;
        int batchIndex = (int) (packed & ((1 << BATCH_BITS) - 1)) - 1;
        return new Position(ledgers[ledger], entry, batchIndex);
    }
}
