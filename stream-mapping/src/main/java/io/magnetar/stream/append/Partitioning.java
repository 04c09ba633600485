package io.magnetar.stream.append;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * Where a key's messages go: the partition that Pulsar's Java client picks for the key by default, and within it the ordering
 * bucket, whose name is the ordering key of its messages, so that each batch entry holds one bucket and Key_Shared consumers
 * get whole entries. Stateless.
 */
final class Partitioning {
    private Partitioning() {}

    /** The partition of a key, from 0 to {@code partitions - 1}. */
    static int partition(String key, int partitions) {
        return positiveHash(key) % partitions;
    }

    /** The ordering bucket of a key in its partition, from 0 to {@code buckets - 1}: independent of the partition. */
    static int bucket(String key, int partitions, int buckets) {
        return positiveHash(key) / partitions % buckets;
    }

    /** The ordering keys of a partition's buckets: {@code <partition>/<bucket>} in ASCII. */
    static byte[][] orderingKeys(int partition, int buckets) {
        byte[][] keys = new byte[buckets][];
        for (int bucket = 0; bucket < buckets; bucket++) {
            keys[bucket] = (partition + "/" + bucket).getBytes(US_ASCII);
        }
        return keys;
    }

    private static int positiveHash(String key) {
        return key.hashCode() & Integer.MAX_VALUE;
    }
}
