package io.magnetar.stream;

import java.util.Optional;

/**
 * How a client writes what part of a stream it reads: {@code <from>}, without an end, or {@code <from>..<to>}, which begins with
 * {@code from} and ends before {@code to}. Stateless.
 */
public final class RangeSyntax {
    /** What {@link #parse} understands beyond {@link StartPositionSyntax#LEGAL}. */
    public static final String LEGAL =
            "a range <from>..<to> of two of these, not 'next', where <to> may be 'now' and not 'earliest'";

    private static final String TO = "..";
    private static final String NOW = "now";

    private RangeSyntax() {}

    /** Whether a text is written as a range with an end, be it well-formed or not. */
    public static boolean isBounded(String text) {
        return text.contains(TO);
    }

    /**
     * The range that a text means; nothing when it means none.
     *
     * @param nowMicros the time now, epoch microseconds
     */
    public static Optional<ReplayRange> parse(String text, long nowMicros) {
        int to = text.indexOf(TO);
        if (to < 0) {
            return StartPositionSyntax.parse(text, nowMicros).map(ReplayRange::from);
        }
        String from = text.substring(0, to);
        if (from.equals(StartPositionSyntax.NEXT)) {
            return Optional.empty();
        }
        return StartPositionSyntax.parse(from, nowMicros)
                .flatMap(begin ->
                        end(text.substring(to + TO.length()), nowMicros).map(end -> new ReplayRange(begin, end)));
    }

    private static Optional<EndPosition> end(String text, long nowMicros) {
        if (text.equals(NOW)) {
            return Optional.of(new EndPosition.Now());
        }
        return text.equals(StartPositionSyntax.NEXT)
                ? Optional.empty()
                : StartPositionSyntax.parse(text, nowMicros).flatMap(RangeSyntax::end);
    }

    /** What begins at a position is where the range before it ends. */
    private static Optional<EndPosition> end(StartPosition position) {
        if (position instanceof StartPosition.Latest) {
            return Optional.of(new EndPosition.Now());
        }
        if (position instanceof StartPosition.Last last) {
            return Optional.of(new EndPosition.Last(last.messages()));
        }
        if (position instanceof StartPosition.Timestamp time) {
            return Optional.of(new EndPosition.Timestamp(time.epochMicros()));
        }
        if (position instanceof StartPosition.MessageId id) {
            return Optional.of(new EndPosition.MessageId(id.partition(), id.position()));
        }
        return Optional.empty();
    }
}
