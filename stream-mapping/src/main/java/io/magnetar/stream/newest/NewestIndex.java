package io.magnetar.stream.newest;

import io.magnetar.stream.Position;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Where the newest message of each key of a partition is. A key is a hash of 128 bits here and no text: 24 bytes in a table of open
 * addressing that is between three eighths and three quarters full. Two of a billion keys share a hash with a probability of
 * 10^-21.
 *
 * <p>It grows when its user says so, who knows whether there is memory.
 *
 * <p>Thread: one at a time.
 */
public final class NewestIndex {
    private static final SecureRandom SEEDS = new SecureRandom();
    private static final int FIELDS = 3;
    private static final int HIGH = 0;
    private static final int LOW = 1;
    private static final int PLACE = 2;
    /** In the place of a position: the key was deleted. Free slots have 0. */
    private static final long DELETED = -1;

    private static final int FIRST_SLOTS = 64;
    private static final int MAX_SLOTS = 1 << 29;

    private final KeyHash hash = new KeyHash(SEEDS.nextLong(), SEEDS.nextLong());
    private final PackedPositions packing = new PackedPositions();
    private long[][] table = chunks(FIRST_SLOTS);
    private int slots = FIRST_SLOTS;
    private int used;
    /** Positions that are shown whatever becomes of their keys, in their order. */
    private long[] kept = new long[0];

    /** Slots of one array: a table of many keys is more than one array can hold. */
    private static final int CHUNK_SLOTS = 1 << 20;

    private static long[][] chunks(int slots) {
        long[][] chunks = new long[Math.max(1, slots / CHUNK_SLOTS)][];
        for (int i = 0; i < chunks.length; i++) {
            chunks[i] = new long[Math.min(slots, CHUNK_SLOTS) * FIELDS];
        }
        return chunks;
    }

    /** Whether it must {@link #grow} before the next key. */
    public boolean isFull() {
        return used >= slots - slots / 4;
    }

    /** What it takes in memory. */
    public long bytes() {
        return bytes(slots);
    }

    /** What it takes in memory while it grows. */
    public long bytesToGrow() {
        return bytes(slots) + bytes(2L * slots);
    }

    private static long bytes(long slots) {
        return slots * FIELDS * Long.BYTES;
    }

    /** Makes room for as many keys again. */
    public void grow() {
        if (slots == MAX_SLOTS) {
            throw new UnsupportedOperationException("a partition has more than " + used + " keys");
        }
        long[][] old = table;
        table = chunks(2 * slots);
        slots *= 2;
        for (long[] chunk : old) {
            for (int at = 0; at < chunk.length; at += FIELDS) {
                if (chunk[at + PLACE] != 0) {
                    set(chunk[at + HIGH], chunk[at + LOW], chunk[at + PLACE]);
                }
            }
        }
    }

    /** A key has a new message. Positions come in their order. */
    public void put(String key, Position position) {
        update(key, packing.pack(position));
    }

    /** A key was deleted. One that is not there takes no room. */
    public void delete(String key) {
        update(key, DELETED);
    }

    /** A message is shown whatever becomes of its key. */
    public void keep(Position position) {
        kept = Arrays.copyOf(kept, kept.length + 1);
        kept[kept.length - 1] = packing.pack(position);
    }

    private void update(String key, long place) {
        hash.hash(key);
        used += set(hash.high(), hash.low(), place) ? 1 : 0;
    }

    /** @return whether the key is new */
    private boolean set(long high, long low, long place) {
        int slot = (int) low & (slots - 1);
        while (true) {
            long[] chunk = table[slot / CHUNK_SLOTS];
            int at = slot % CHUNK_SLOTS * FIELDS;
            boolean free = chunk[at + PLACE] == 0;
            if (free && place == DELETED) {
                return false;
            }
            if (free || (chunk[at + HIGH] == high && chunk[at + LOW] == low)) {
                chunk[at + HIGH] = high;
                chunk[at + LOW] = low;
                chunk[at + PLACE] = place;
                return free;
            }
            slot = (slot + 1) & (slots - 1);
        }
    }

    /** How many positions {@link #positions} has at most. */
    public int size() {
        return used + kept.length;
    }

    /** The newest position of each key that is not deleted, and those that are kept. */
    public NewestPositions positions() {
        long[] all = new long[size()];
        int count = 0;
        for (long[] chunk : table) {
            for (int at = PLACE; at < chunk.length; at += FIELDS) {
                if (chunk[at] > 0) {
                    all[count++] = chunk[at];
                }
            }
        }
        for (long place : kept) {
            all[count++] = place;
        }
        Arrays.sort(all, 0, count);
        return new NewestPositions(withoutRepeats(all, count), packing);
    }

    private static long[] withoutRepeats(long[] sorted, int count) {
        int unique = 0;
        for (int i = 0; i < count; i++) {
            if (i == 0 || sorted[i] != sorted[unique - 1]) {
                sorted[unique++] = sorted[i];
            }
        }
        return Arrays.copyOf(sorted, unique);
    }
}
