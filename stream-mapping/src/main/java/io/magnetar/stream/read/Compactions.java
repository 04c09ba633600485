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
     * @param logBegins before the first message that the log itself still has, or will have. Pulsar cuts off nothing that is not
     *     compacted.
     */
    record Compacted(long id, Position through, Position logBegins) {
        public static final long NONE = -1;
    }
}
