package io.magnetar.mqtt.record;

import io.magnetar.stream.EndPosition;
import io.magnetar.stream.Position;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the reading of a stream began, and ends, for a durable session. It means the same whenever the session is taken up.
 *
 * @param since tells it from other beginnings of the same subscription: epoch microseconds, unique in the broker
 * @param fromMicros nothing older is read, epoch microseconds; 0 for all that is kept
 * @param after by partition, the position after which the reading began; none where only the time is known
 * @param end where it ends; null when it goes on
 */
public record StreamStart(long since, long fromMicros, Map<Integer, Position> after, EndPosition.@Nullable Fixed end) {
    /** One that goes on without an end. */
    public StreamStart(long since, long fromMicros, Map<Integer, Position> after) {
        this(since, fromMicros, after, null);
    }

    public StreamStart {
        after = Map.copyOf(after);
    }
}
