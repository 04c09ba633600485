package io.magnetar.stream.read;

import io.magnetar.stream.EndPosition;
import io.magnetar.stream.Position;
import io.magnetar.stream.layout.MessageDecoder;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.jspecify.annotations.Nullable;

/**
 * Where a range ends in one partition: behind a position, or before a time. The order of a partition may differ from the order of
 * timestamps by a margin, so what is before the time is looked for until what was received and stored a margin after it.
 *
 * <p>Thread: immutable.
 */
final class PartitionEnd {
    private final @Nullable Position through;
    private final long beforeMicros;
    private final long overMicros;

    /** @param marginMillis how far the order may differ */
    PartitionEnd(EndPosition.Fixed end, int partition, long marginMillis) {
        through = end.through().get(partition);
        beforeMicros = end.beforeMicros();
        long marginMicros = TimeUnit.MILLISECONDS.toMicros(marginMillis);
        overMicros = beforeMicros <= 0 ? 0 : Math.max(beforeMicros, beforeMicros + marginMicros);
    }

    /** Whether nothing behind a position can be in the range: known without looking at what is there. */
    boolean isReached(Position last) {
        return through == null
                ? beforeMicros <= 0
                : last.equals(through) || last.isBehind(through) || isWhole(last, through);
    }

    /** The last message was read as a whole entry, though it is one of several: it cannot be opened. */
    private static boolean isWhole(Position last, Position through) {
        return last.batchIndex() < 0 && through.batchIndex() >= 0 && last.isInEntryOf(through);
    }

    /** Whether neither this message nor one behind it can be in the range. */
    boolean isBeyond(Message<byte[]> message, Position position) {
        if (through != null) {
            return position.isBehind(through);
        }
        return MessageDecoder.placedMicros(message) >= overMicros;
    }

    /** Whether a message that is not beyond the end is in the range, by when the MQTT broker received it. */
    boolean includes(long timestampMicros) {
        return through != null || timestampMicros < beforeMicros;
    }

    /** Whether all that will ever be in the range is in the log. */
    boolean isOver(long nowMicros) {
        return microsUntilOver(nowMicros) <= 0;
    }

    /** How long it takes until it {@link #isOver}; not positive when it is. */
    long microsUntilOver(long nowMicros) {
        return through == null ? overMicros - nowMicros : 0;
    }
}
