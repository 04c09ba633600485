package io.magnetar.stream.append;

import io.magnetar.message.Message;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamLimits;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The writers of a stream's partitions. Thread: immutable, its writers any. */
final class StreamWriter {
    private final int orderBuckets;
    private final Gate gate;
    private final PartitionWriter[] partitions;
    private final AppendAccount account;

    /**
     * What is written waits here while the stream is being filled.
     *
     * @param opened nothing is written before it completes
     * @param overNanos when it will no longer be, by {@link System#nanoTime()}
     */
    record Gate(CompletableFuture<Void> opened, long overNanos) {}

    StreamWriter(StreamDefinition stream, AppendAccount account, Gate gate, IntFunction<PartitionWriter> partition) {
        this.account = account;
        this.gate = gate;
        this.orderBuckets = stream.orderBuckets();
        this.partitions =
                IntStream.range(0, stream.partitions()).mapToObj(partition).toArray(PartitionWriter[]::new);
    }

    boolean isHeld() {
        return !gate.opened.isDone();
    }

    /** What was held is written from now on. */
    void release() {
        gate.opened.complete(null);
    }

    /** Whether what is held has waited as long as the stream may take to be filled. */
    boolean isOver() {
        return System.nanoTime() - gate.overNanos >= 0;
    }

    /** Whether the stream can still be written to in this way. */
    boolean fits(StreamDefinition stream) {
        return stream.partitions() == partitions.length && stream.orderBuckets() == orderBuckets;
    }

    /** The key of a message; its topic when the message has none, which is counted. */
    String keyOf(StreamDefinition stream, Message message) {
        String key = stream.key().of(message);
        if (key == null) {
            account.meter().withoutKey();
            return message.topic();
        }
        return key;
    }

    AppendAccount account() {
        return account;
    }

    /** Each partition holds so much from now on. */
    void limit(StreamLimits limits) {
        for (PartitionWriter partition : partitions) {
            partition.limit(limits);
        }
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
