package io.magnetar.stream;

import java.util.Optional;

/** What part of a stream is read. Thread: immutable. */
public record ReplayRange(StartPosition from, EndPosition to) {
    private static final EndPosition NEVER = new EndPosition.Never();

    /** All from a position on, without an end. */
    public static ReplayRange from(StartPosition from) {
        return new ReplayRange(from, NEVER);
    }

    /** Whether it has an end. */
    public boolean isBounded() {
        return !(to instanceof EndPosition.Never);
    }

    /**
     * Why nothing can be in it, whatever the stream has, and what would be right; nothing when something may be.
     *
     * @param nowMicros the time now, epoch microseconds
     */
    public Optional<String> contradiction(long nowMicros) {
        boolean endsByTime = to instanceof EndPosition.Timestamp;
        if (from instanceof StartPosition.Timestamp begin) {
            if (to instanceof EndPosition.Timestamp end && begin.epochMicros() >= end.epochMicros()) {
                return Optional.of("it begins at " + begin.epochMicros() + " and ends before " + end.epochMicros()
                        + " (microseconds since 1970): its end is to be later than its begin");
            }
            if (isBounded() && !endsByTime && begin.epochMicros() > nowMicros) {
                return Optional.of("it begins in the future, where no message is yet: its end is to be a later time");
            }
        }
        if (from instanceof StartPosition.Latest && isBounded()) {
            if (!(to instanceof EndPosition.Timestamp end) || end.epochMicros() <= nowMicros) {
                return Optional.of("it begins with what comes after now: its end is to be a time in the future");
            }
        }
        if (from instanceof StartPosition.Last begin
                && to instanceof EndPosition.Last end
                && begin.messages() <= end.messages()) {
            return Optional.of("it begins with the last " + begin.messages() + " messages and ends before the last "
                    + end.messages() + ": the first number is to be the greater one");
        }
        if (from instanceof StartPosition.MessageId begin
                && to instanceof EndPosition.MessageId end
                && begin.partition() == end.partition()
                && !end.position().isAfter(begin.position())) {
            return Optional.of("it begins with " + MessageIdSyntax.write(begin.partition(), begin.position())
                    + " and ends before " + MessageIdSyntax.write(end.partition(), end.position())
                    + ": its end is to be the later message");
        }
        return Optional.empty();
    }
}
