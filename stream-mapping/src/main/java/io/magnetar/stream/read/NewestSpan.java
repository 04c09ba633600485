package io.magnetar.stream.read;

import io.magnetar.stream.EndPosition;
import io.magnetar.stream.Position;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of a partition a replay of newest messages looks at, as it was fixed when the replay began.
 *
 * @param after it begins behind this position
 * @param fromMicros nothing older is shown, epoch microseconds; 0 for all
 * @param through it ends with this one, or, when it goes on, with one behind it
 * @param resumed it goes on where an earlier one was: what was deleted since is to be seen, too
 * @param again positions behind {@code after} whose messages are shown whatever became of their keys
 * @param before only what is before this end counts as there; null for all
 * @param compacted whether what compaction has left of it is enough
 * @param empty whether there is no message at all
 * @param goesOn whether what follows in the partition is read as well
 */
record NewestSpan(
        int partition,
        String pulsarTopic,
        Position after,
        long fromMicros,
        Position through,
        boolean resumed,
        Set<Position> again,
        @Nullable PartitionEnd before,
        boolean compacted,
        boolean empty,
        boolean goesOn) {
    NewestSpan {
        again = Set.copyOf(again);
    }

    boolean isEmpty() {
        return empty || !through.isAfter(after);
    }

    /** The end of a reading up to a position, whatever the time. */
    PartitionEnd end(Position position) {
        return new PartitionEnd(new EndPosition.Fixed(0, Map.of(partition, position)), partition, 0);
    }
}
