package io.magnetar.stream.newest;

/**
 * A hash of 128 bits that stands for a key: SipHash-2-4 over its UTF-16 code units, little-endian. The seed is the index's own, so
 * nobody can choose keys that have one hash, or that crowd in one place of the table.
 *
 * <p>Thread: one at a time; it holds the last result.
 *
 * @see <a href="https://www.aumasson.jp/siphash/siphash.pdf">SipHash: a fast short-input PRF</a>
 */
final class KeyHash {
    private static final int UNITS = 4;

    private final long seed0;
    private final long seed1;
    private long v0;
    private long v1;
    private long v2;
    private long v3;
    private long high;
    private long low;

    KeyHash(long seed0, long seed1) {
        this.seed0 = seed0;
        this.seed1 = seed1;
    }

    long high() {
        return high;
    }

    long low() {
        return low;
    }

    void hash(String key) {
        v0 = seed0 ^ 0x736f6d6570736575L;
        v1 = seed1 ^ 0x646f72616e646f6dL ^ 0xee;
        v2 = seed0 ^ 0x6c7967656e657261L;
        v3 = seed1 ^ 0x7465646279746573L;
        int length = key.length();
        int whole = length - length % UNITS;
        for (int i = 0; i < whole; i += UNITS) {
            mix(units(key, i, UNITS));
        }
        long bytes = (long) length * Character.BYTES;
        mix((bytes << 56) | units(key, whole, length - whole));
        v2 ^= 0xee;
        rounds(4);
        high = v0 ^ v1 ^ v2 ^ v3;
        v1 ^= 0xdd;
        rounds(4);
        low = v0 ^ v1 ^ v2 ^ v3;
    }

    private static long units(String key, int from, int count) {
        long block = 0;
        for (int i = 0; i < count; i++) {
            block |= (long) key.charAt(from + i) << (Character.SIZE * i);
        }
        return block;
    }

    private void mix(long block) {
        v3 ^= block;
        rounds(2);
        v0 ^= block;
    }

    private void rounds(int count) {
        for (int i = 0; i < count; i++) {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
    }
}
