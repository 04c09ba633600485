package io.magnetar.stream.read;

import io.magnetar.stream.Position;
import java.util.concurrent.CompletableFuture;

/** Tells what compaction has left of a partition. Thread: any; never blocks. */
@FunctionalInterface
public interface Compactions {
    /** Of a partition as it is now. */
    CompletableFuture<Compacted> of(String pulsarTopic);

    /**
     * What one compaction has left: of all up to a position the newest message of each key.
     *
     * @param id tells it from what another compaction has left; {@link #NONE} before the first one
     */
    record Compacted(long id, Position through) {
        public static final long NONE = -1;
    }
}
