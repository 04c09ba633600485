package io.magnetar.stream.retention;

import io.magnetar.stream.StreamInspection.Kept;
import java.util.concurrent.CompletableFuture;

/** Knows the numbers of the newest messages of partitions. Thread: any; never blocks. */
public interface LastNumbers {
    /**
     * The number of the newest message of a partition that is stored, -1 before the first; {@link #UNSETTLED} while some are written.
     * Nothing is asked of others than this process.
     */
    long now(String pulsarTopic);

    /** The same, wherever the partition is; {@link #UNKNOWN} when its messages have no numbers. */
    CompletableFuture<Long> of(String pulsarTopic);

    /** The answer of {@link #now} for a partition that is elsewhere. */
    long UNKNOWN = Kept.UNNUMBERED - 1;

    /** The answer of {@link #now} for a partition of this process whose newest messages may be stored or not. */
    long UNSETTLED = UNKNOWN - 1;
}
