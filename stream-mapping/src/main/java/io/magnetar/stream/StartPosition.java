package io.magnetar.stream;

import java.util.Map;
import java.util.Set;

/** Where the reading of a stream begins. */
public sealed interface StartPosition {
    /** With the oldest message that is kept. */
    record Earliest() implements StartPosition {}

    /** With the first message that is appended after the reader has opened. */
    record Latest() implements StartPosition {}

    /**
     * With the last messages of each partition that it has when the reader opens, or with all when it has fewer.
     *
     * @param messages 1 to {@link #MAX}
     */
    record Last(int messages) implements StartPosition {
        public static final int MAX = 1_000_000;
    }

    /**
     * With the messages received by the broker at this time or later, exact to the microsecond.
     *
     * @param epochMicros microseconds since 1970, not negative; may lie in the future
     */
    record Timestamp(long epochMicros) implements StartPosition {}

    /**
     * With a message. Other partitions begin with what the broker received at most {@link #MARGIN_MICROS} before it.
     *
     * @param position the first message when it names one; an entry that has several begins with its first
     * @param othersFromMicros where the other partitions begin, epoch microseconds; 0 until it is known
     */
    record MessageId(int partition, Position position, long othersFromMicros) implements StartPosition {
        public static final long MARGIN_MICROS = 5_000_000;
    }

    /**
     * Where an earlier reader began, or had come to: it means the same at any later time.
     *
     * @param fromMicros nothing older than this is read, epoch microseconds; 0 for all that is kept
     * @param after by partition, the position after which to begin; a partition that has none begins at {@code fromMicros}
     * @param onTheirWay by partition, messages behind that position which the reader's user is waiting to be done with: they are read
     *     again though newer ones may have superseded them
     */
    record Resume(long fromMicros, Map<Integer, Position> after, Map<Integer, Set<Position>> onTheirWay)
            implements StartPosition {
        public Resume {
            after = Map.copyOf(after);
            onTheirWay = Map.copyOf(onTheirWay);
        }

        /** With nothing on its way. */
        public Resume(long fromMicros, Map<Integer, Position> after) {
            this(fromMicros, after, Map.of());
        }
    }
}
