package io.magnetar.stream.append;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PartitioningTest {
    @Test
    void staysWithinPartitionsAndBucketsWhateverTheHash() {
        // "polygenelubricants" has the smallest of all hashes, whose absolute value is negative.
        for (String key : new String[] {"", "a", "polygenelubricants", "station-1", "ñ/🌦"}) {
            for (int count = 1; count < 50; count++) {
                assertThat(Partitioning.partition(key, count)).isBetween(0, count - 1);
                assertThat(Partitioning.bucket(key, count)).isBetween(0, count - 1);
            }
        }
    }

    @Test
    void usesEveryBucketOfAPartition() {
        Set<Integer> buckets = new HashSet<>();
        IntStream.range(0, 1_000)
                .mapToObj(i -> "station-" + i)
                .filter(key -> Partitioning.partition(key, 4) == 2)
                .forEach(key -> buckets.add(Partitioning.bucket(key, 16)));

        assertThat(buckets).hasSize(16);
    }

    @Test
    void putsAKeyWhereTheDocumentedRecipeSays() {
        assertThat(Partitioning.partition("a", 4)).isEqualTo(1);
        assertThat(Partitioning.bucket("a", 16)).isEqualTo(5);
    }

    @Test
    void namesEachBucketOnce() {
        assertThat(Partitioning.orderingKeys(2, 3))
                .isDeepEqualTo(
                        new byte[][] {"2/0".getBytes(US_ASCII), "2/1".getBytes(US_ASCII), "2/2".getBytes(US_ASCII)});
        assertThat(Partitioning.orderingKeys(2, 0)).isEmpty();
    }
}
