package io.magnetar.stream.append;

import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The writers of a stream's partitions. Thread: immutable, its writers any. */
final class StreamWriter {
    private final int orderBuckets;
    private final PartitionWriter[] partitions;

    StreamWriter(StreamDefinition stream, IntFunction<PartitionWriter> partition) {
        this.orderBuckets = stream.orderBuckets();
        this.partitions =
                IntStream.range(0, stream.partitions()).mapToObj(partition).toArray(PartitionWriter[]::new);
    }

    /** Whether the stream can still be written to in this way. */
    boolean fits(StreamDefinition stream) {
        return stream.partitions() == partitions.length && stream.orderBuckets() == orderBuckets;
    }

    void append(PendingAppend append) {
        partitions[Partitioning.partition(append.key(), partitions.length)].append(append);
    }

    void tick() {
        for (PartitionWriter partition : partitions) {
            partition.tick();
        }
    }

    CompletableFuture<Void> close(long graceMillis, StreamFailure after) {
        return CompletableFuture.allOf(Arrays.stream(partitions)
                .map(partition -> partition.close(graceMillis, after))
                .toArray(CompletableFuture[]::new));
    }
}
