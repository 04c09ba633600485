package io.magnetar.sink.message;

import java.util.Comparator;
import org.apache.pulsar.client.api.MessageId;

/**
 * Where a message is in its partition. Positions rise along the partition.
 *
 * @param batchIndex the place in the entry, 0 in an entry of one message
 */
public record Position(long ledgerId, long entryId, int batchIndex) implements Comparable<Position> {
    private static final Comparator<Position> ORDER = Comparator.comparingLong(Position::ledgerId)
            .thenComparingLong(Position::entryId)
            .thenComparingInt(Position::batchIndex);

    private static final int LEDGER_ID = 1;
    private static final int ENTRY_ID = 2;
    private static final int BATCH_INDEX = 4;
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;

    /**
     * Read from Pulsar's serialized form: where connectors run in a process of their own, Pulsar shows them no type that has
     * the parts (PulsarApi.proto, {@code MessageIdData}).
     */
    public static Position of(MessageId id) {
        byte[] bytes = id.toByteArray();
        long ledgerId = -1;
        long entryId = -1;
        long batchIndex = -1;
        int[] at = {0};
        while (at[0] < bytes.length) {
            long tag = varint(bytes, at);
            int wireType = (int) (tag & 7);
            if (wireType == LENGTH_DELIMITED) {
                int length = (int) varint(bytes, at);
                at[0] += length;
                continue;
            }
            if (wireType != VARINT) {
                throw new IllegalArgumentException("not the form of a message id: " + id);
            }
            long value = varint(bytes, at);
            switch ((int) (tag >>> 3)) {
                case LEDGER_ID -> ledgerId = value;
                case ENTRY_ID -> entryId = value;
                case BATCH_INDEX -> batchIndex = value;
                default -> {}
            }
        }
        return new Position(ledgerId, entryId, Math.max(0, (int) batchIndex));
    }

    private static long varint(byte[] bytes, int[] at) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = bytes[at[0]++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("not a number in a message id");
    }

    /**
     * Reads what {@link #toString()} writes.
     *
     * @throws IllegalArgumentException when it is something else
     */
    public static Position parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("not a position: " + text);
        }
        return new Position(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Integer.parseInt(parts[2]));
    }

    /** Whether this can be the message right behind another: nothing lies between them that could be known from here. */
    public boolean directlyFollows(Position before) {
        return ledgerId == before.ledgerId
                && (entryId == before.entryId
                        ? batchIndex == before.batchIndex + 1
                        : entryId == before.entryId + 1 && batchIndex == 0);
    }

    @Override
    public int compareTo(Position other) {
        return ORDER.compare(this, other);
    }

    /** {@code ledger:entry:batch index}. */
    @Override
    public String toString() {
        return ledgerId + ":" + entryId + ":" + batchIndex;
    }
}
