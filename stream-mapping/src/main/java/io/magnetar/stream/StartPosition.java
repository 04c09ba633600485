package io.magnetar.stream;

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
}
