package io.magnetar.stream;

import io.magnetar.topic.TopicFilter;
import java.util.Optional;
import java.util.regex.Pattern;

/** The syntax of a subscription to a stream: {@code $s/<earliest|latest|microseconds>/<filter>}. Stateless. */
public final class StreamSubscriptionSyntax {
    private static final String PREFIX = "$s/";
    private static final Pattern MICROSECONDS = Pattern.compile("\\d{1,19}");

    private StreamSubscriptionSyntax() {}

    /** What a subscription says. */
    public sealed interface Parsed {}

    /** A well-formed subscription. */
    public record Valid(StartPosition start, TopicFilter filter) implements Parsed {}

    /** @param reason what is wrong and what would be right */
    public record Refused(String reason) implements Parsed {}

    /** Tells whether a filter means a stream. */
    public static boolean isStream(String filter) {
        return filter.startsWith(PREFIX);
    }

    /** @param filter one that {@link #isStream} */
    public static Parsed parse(String filter) {
        int slash = filter.indexOf('/', PREFIX.length());
        if (slash < 0) {
            return new Refused("a stream subscription is $s/<offset>/<filter>, the filter is missing");
        }
        String offset = filter.substring(PREFIX.length(), slash);
        String topics = filter.substring(slash + 1);
        Optional<StartPosition> start = startPosition(offset);
        if (start.isEmpty()) {
            return new Refused(
                    "the offset of a stream subscription is 'earliest', 'latest' or microseconds since 1970, not '"
                            + offset + "'");
        }
        return TopicFilter.problem(topics)
                .<Parsed>map(Refused::new)
                .orElseGet(() -> new Valid(start.get(), new TopicFilter(topics)));
    }

    private static Optional<StartPosition> startPosition(String offset) {
        if (offset.equals("earliest")) {
            return Optional.of(new StartPosition.Earliest());
        }
        if (offset.equals("latest")) {
            return Optional.of(new StartPosition.Latest());
        }
        if (!MICROSECONDS.matcher(offset).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new StartPosition.Timestamp(Long.parseLong(offset)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
