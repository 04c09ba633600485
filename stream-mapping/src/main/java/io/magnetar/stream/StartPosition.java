package io.magnetar.stream;

/** Where the reading of a stream begins. */
public sealed interface StartPosition {
    /** With the oldest message that is kept. */
    record Earliest() implements StartPosition {}

    /** With the first message that is appended after the reader has opened. */
    record Latest() implements StartPosition {}

    /**
     * With the messages received by the broker at this time or later, exact to the microsecond.
     *
     * @param epochMicros microseconds since 1970, not negative; may lie in the future
     */
    record Timestamp(long epochMicros) implements StartPosition {}
}
