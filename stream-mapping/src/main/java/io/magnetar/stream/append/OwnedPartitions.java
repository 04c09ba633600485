package io.magnetar.stream.append;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The partitions that the broker in this process owns: they take whole batch entries without a client in between. Thread: any.
 */
@FunctionalInterface
public interface OwnedPartitions {
    /** No entry is larger, but for one of a single message: what a broker must take that is appended to in this way. */
    int MAX_ENTRY_BYTES = 2 * PartitionWriter.MAX_COMMIT_BYTES;

    /** For a process without a broker. */
    OwnedPartitions NONE = (pulsarTopic, producerName) -> Optional.empty();

    /**
     * Finds a partition.
     *
     * @param producerName of a producer that the partition has now
     * @return nothing when another broker owns the partition, or when it must not be appended to in this way
     */
    Optional<OwnedPartition> find(String pulsarTopic, String producerName);

    /** A partition that this broker owns and the producer in whose name it is appended to. */
    interface OwnedPartition {
        /** False for ever when the broker no longer owns it, the producer has gone, or the client's way must be taken. */
        boolean isUsable();

        /**
         * Appends the messages as one batch entry. Entries keep the order of the calls, which never come two at a time.
         *
         * @param messages at least one; not changed any more
         * @param orderingKey of all of them, or null
         * @param firstSequence the sequence id of the first; the others follow one by one
         * @param done told once, on any thread: null, or an exception of the Pulsar client's kinds
         */
        void append(
                List<? extends KeyedMessage> messages,
                byte @Nullable [] orderingKey,
                long firstSequence,
                Consumer<@Nullable Throwable> done);
    }
}
