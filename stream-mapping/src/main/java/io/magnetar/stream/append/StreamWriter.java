package io.magnetar.stream.append;

import io.magnetar.message.Message;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The writers of a stream's partitions. Thread: immutable, its writers any. */
final class StreamWriter {
    private final int orderBuckets;
    private final PartitionWriter[] partitions;
    private final LongAdder withoutKey = new LongAdder();

    StreamWriter(StreamDefinition stream, IntFunction<PartitionWriter> partition) {
        this.orderBuckets = stream.orderBuckets();
        this.partitions =
                IntStream.range(0, stream.partitions()).mapToObj(partition).toArray(PartitionWriter[]::new);
    }

    /** Whether the stream can still be written to in this way. */
    boolean fits(StreamDefinition stream) {
        return stream.partitions() == partitions.length && stream.orderBuckets() == orderBuckets;
    }

    /** The key of a message; its topic when the message has none, which is counted. */
    String keyOf(StreamDefinition stream, Message message) {
        String key = stream.key().of(message);
        if (key == null) {
            withoutKey.increment();
            return message.topic();
        }
        return key;
    }

    /** How many messages had no key. */
    long withoutKey() {
        return withoutKey.sum();
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
