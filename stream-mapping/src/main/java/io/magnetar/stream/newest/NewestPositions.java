package io.magnetar.stream.newest;

import io.magnetar.stream.Position;
import java.util.Arrays;

/**
 * The positions of the messages that a replay shows of one partition, in their order: 8 bytes for each.
 *
 * <p>Thread: immutable.
 */
public final class NewestPositions {
    /** Of a partition that has nothing to show. */
    public static final NewestPositions NONE = new NewestPositions(new long[0], new PackedPositions());

    private final long[] sorted;
    private final PackedPositions packing;

    NewestPositions(long[] sorted, PackedPositions packing) {
        this.sorted = sorted;
        this.packing = packing;
    }

    public int size() {
        return sorted.length;
    }

    /** @param index {@code 0 <= index < size()} */
    public Position get(int index) {
        return packing.unpack(sorted[index]);
    }

    /** What they take in memory. */
    public long bytes() {
        return (long) sorted.length * Long.BYTES;
    }

    /** The last ones only. */
    public NewestPositions last(int count) {
        if (count >= sorted.length) {
            return this;
        }
        return new NewestPositions(Arrays.copyOfRange(sorted, sorted.length - count, sorted.length), packing);
    }
}
