package io.magnetar.stream;

import java.util.Map;

/** Where the reading of a stream ends: before what it names. */
public sealed interface EndPosition {
    /** It goes on until it is closed. */
    record Never() implements EndPosition {}

    /** After the last message that each partition has when the reader opens. */
    record Now() implements EndPosition {}

    /**
     * Before the last messages of each partition that it has when the reader opens.
     *
     * @param messages 1 to {@link StartPosition.Last#MAX}
     */
    record Last(int messages) implements EndPosition {}

    /**
     * Before the messages received by the broker at this time or later, exact to the microsecond.
     *
     * @param epochMicros microseconds since 1970, not negative; may lie in the future
     */
    record Timestamp(long epochMicros) implements EndPosition {}

    /**
     * Before a message. Other partitions end before what the broker received when it stored that message, or later.
     *
     * @param position the message; an entry that has several ends before its first
     */
    record MessageId(int partition, Position position) implements EndPosition {}

    /**
     * Where an open reader ends: it means the same at any later time.
     *
     * @param beforeMicros where a partition ends that {@code through} does not name, epoch microseconds; 0 for at once
     * @param through by partition, the position up to which it is read, with the message there
     */
    record Fixed(long beforeMicros, Map<Integer, Position> through) implements EndPosition {
        public Fixed {
            through = Map.copyOf(through);
        }
    }
}
