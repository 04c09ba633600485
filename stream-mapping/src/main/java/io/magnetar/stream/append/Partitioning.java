package io.magnetar.stream.append;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * Where a key's messages go: the partition that Pulsar's Java client picks for the key by default, and within it the ordering
 * bucket, whose name is the ordering key of its messages, so that each batch entry holds one bucket and Key_Shared consumers
 * get whole entries. Stateless.
 */
public final class Partitioning {
    /** 2^32 divided by the golden ratio, and odd: its products spread over the high bits. */
    private static final int MIX = 0x9E3779B1;

    private Partitioning() {}

    /** The partition of a key, from 0 to {@code partitions - 1}. */
    public static int partition(String key, int partitions) {
        return (key.hashCode() & Integer.MAX_VALUE) % partitions;
    }

    /**
     * The ordering bucket of a key, from 0 to {@code buckets - 1}. The hash is mixed first: names that count up differ in few of
     * its low bits, and those have chosen the partition already.
     */
    public static int bucket(String key, int buckets) {
        return ((key.hashCode() * MIX) >>> 16) % buckets;
    }

    /** The ordering keys of a partition's buckets: {@code <partition>/<bucket>} in ASCII. */
    public static byte[][] orderingKeys(int partition, int buckets) {
        byte[][] keys = new byte[buckets][];
        for (int bucket = 0; bucket < buckets; bucket++) {
            keys[bucket] = (partition + "/" + bucket).getBytes(US_ASCII);
        }
        return keys;
    }
}
