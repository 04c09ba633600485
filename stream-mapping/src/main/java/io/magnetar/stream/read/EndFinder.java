package io.magnetar.stream.read;

import io.magnetar.stream.EndPosition;
import io.magnetar.stream.Position;
import java.util.concurrent.CompletableFuture;

/** Finds where a range ends in a partition whose messages must be asked. Thread: any. */
final class EndFinder {
    private final PartitionOpener opener;

    EndFinder(PartitionOpener opener) {
        this.opener = opener;
    }

    /**
     * The position up to which a partition is to be read, as it is now.
     *
     * @param end one that counts messages: the last ones, or none
     * @param compacted whether a message counts that only compaction has left
     */
    CompletableFuture<Position> through(String pulsarTopic, int partition, EndPosition end, boolean compacted) {
        return end instanceof EndPosition.Last last
                ? new LastMessages(opener, pulsarTopic, partition, last.messages()).before()
                : compacted
                        ? opener.endKept(pulsarTopic)
                        : opener.end(pulsarTopic).thenApply(Positions::only);
    }
}
