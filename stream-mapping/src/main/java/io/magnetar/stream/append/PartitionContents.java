package io.magnetar.stream.append;

import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import java.util.concurrent.CompletableFuture;

/** Knows what partitions hold. Thread: any; never blocks. */
@FunctionalInterface
public interface PartitionContents {
    /** For logs without limits. */
    PartitionContents UNKNOWN = (stream, partition) -> CompletableFuture.failedFuture(
            new StreamFailureException(new StreamFailure(Kind.UNSUPPORTED, "nobody counts here")));

    /**
     * What a partition holds now, without what is older than its stream's retention. Asked once a second at most,
     * or when it is full; every five seconds when it is elsewhere.
     */
    CompletableFuture<Held> of(StreamDefinition stream, int partition);

    /**
     * @param messages how many; 0 when the broker does not number them
     * @param bytes of its ledgers
     * @param isHere whether this process owns the partition, so that a look costs little
     */
    record Held(long messages, long bytes, boolean isHere) {}
}
