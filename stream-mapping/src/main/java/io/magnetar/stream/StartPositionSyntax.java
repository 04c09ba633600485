package io.magnetar.stream;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a client writes where the reading of a stream begins. Stateless. */
public final class StartPositionSyntax {
    /** What {@link #parse} understands, for a client that wrote something else. */
    public static final String LEGAL = "'earliest', 'latest', 'next', 'last-N' with N from 1 to "
            + StartPosition.Last.MAX
            + ", microseconds since 1970, an ISO-8601 time as 2026-01-31T12:00:00Z, -N with one of us, ms, s, m, h, d: that"
            + " long ago, or a Pulsar message id as 12:34:0:5";
    /** Where the session is already; else the oldest message. */
    public static final String NEXT = "next";

    private static final Pattern MICROSECONDS = Pattern.compile("\\d{1,19}");
    private static final Pattern LAST = Pattern.compile("last-([1-9]\\d{0,8})");
    private static final Pattern AGO = Pattern.compile("-(\\d{1,18})(us|ms|s|m|h|d)");

    private StartPositionSyntax() {}

    /**
     * The position that a text means; nothing when it means none.
     *
     * @param nowMicros the time now, epoch microseconds
     */
    public static Optional<StartPosition> parse(String text, long nowMicros) {
        if (text.equals("earliest") || text.equals(NEXT)) {
            return Optional.of(new StartPosition.Earliest());
        }
        if (text.equals("latest")) {
            return Optional.of(new StartPosition.Latest());
        }
        Optional<StartPosition> messageId = MessageIdSyntax.parse(text).map(id -> id);
        if (messageId.isPresent()) {
            return messageId;
        }
        try {
            Matcher last = LAST.matcher(text);
            if (last.matches()) {
                return Optional.of(Integer.parseInt(last.group(1)))
                        .filter(messages -> messages <= StartPosition.Last.MAX)
                        .map(StartPosition.Last::new);
            }
            Matcher ago = AGO.matcher(text);
            if (ago.matches()) {
                return Optional.of(at(nowMicros - micros(Long.parseLong(ago.group(1)), unit(ago.group(2)))));
            }
            return Optional.of(
                    MICROSECONDS.matcher(text).matches()
                            ? at(Long.parseLong(text))
                            : at(ChronoUnit.MICROS.between(
                                    Instant.EPOCH, OffsetDateTime.parse(text).toInstant())));
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static long micros(long amount, ChronoUnit unit) {
        return Math.multiplyExact(amount, ChronoUnit.MICROS.between(Instant.EPOCH, Instant.EPOCH.plus(1, unit)));
    }

    private static ChronoUnit unit(String letters) {
        return switch (letters) {
            case "us" -> ChronoUnit.MICROS;
            case "ms" -> ChronoUnit.MILLIS;
            case "s" -> ChronoUnit.SECONDS;
            case "m" -> ChronoUnit.MINUTES;
            case "h" -> ChronoUnit.HOURS;
            default -> ChronoUnit.DAYS;
        };
    }

    /** A time before 1970 is before everything. */
    private static StartPosition at(long epochMicros) {
        return new StartPosition.Timestamp(Math.max(0, epochMicros));
    }
}
