package io.magnetar.stream.retention;

import io.magnetar.stream.StreamInspection.Kept;
import java.util.concurrent.CompletableFuture;

/** Knows the numbers of the newest messages of partitions. Thread: any; never blocks. */
public interface LastNumbers {
    /** The number of the newest message of a partition, -1 before the first; nothing is asked of others than this process. */
    long now(String pulsarTopic);

    /** The same, wherever the partition is; {@link #UNKNOWN} when its messages have no numbers. */
    CompletableFuture<Long> of(String pulsarTopic);

    /** The answer of {@link #now} for a partition that is elsewhere. */
    long UNKNOWN = Kept.UNNUMBERED - 1;
}
