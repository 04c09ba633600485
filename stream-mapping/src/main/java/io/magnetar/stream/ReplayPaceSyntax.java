package io.magnetar.stream;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How a client writes the pace of a replay. Stateless. */
public final class ReplayPaceSyntax {
    private static final String MAX = "max";
    private static final Pattern SPEED = Pattern.compile("x(\\d{1,7}(?:\\.\\d{1,3})?)");
    private static final Pattern RATE = Pattern.compile("[1-9]\\d{0,8}");
    private static final double FASTEST = 1_000_000;

    private ReplayPaceSyntax() {}

    /** What is wrong with a speed or a rate, and what would be right; null stands for one that was not written. */
    public static Optional<String> problem(@Nullable String speed, @Nullable String rate) {
        if (speed != null && Double.isNaN(speed(speed))) {
            return Optional.of(
                    "the user property stream-speed is 'max' or a factor from x0.001 to x1000000, as x1, x10 or x0.5;"
                            + " not '" + speed + "'");
        }
        return rate == null || RATE.matcher(rate).matches()
                ? Optional.empty()
                : Optional.of(
                        "the user property stream-rate is a number of messages per second from 1 to 999999999; not '"
                                + rate + "'");
    }

    /** The pace that two texts without a {@link #problem} mean. */
    public static ReplayPace parse(@Nullable String speed, @Nullable String rate) {
        return new ReplayPace(
                speed == null ? Double.POSITIVE_INFINITY : speed(speed),
                rate == null ? ReplayPace.UNLIMITED : Integer.parseInt(rate));
    }

    /** No number for a text that means no speed. */
    private static double speed(String text) {
        if (text.equals(MAX)) {
            return Double.POSITIVE_INFINITY;
        }
        Matcher factor = SPEED.matcher(text);
        double speed = factor.matches() ? Double.parseDouble(factor.group(1)) : 0;
        return speed > 0 && speed <= FASTEST ? speed : Double.NaN;
    }
}
