package io.magnetar.stream;

import io.magnetar.topic.TopicFilter;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The syntax of a subscription to a stream.
 *
 * <pre>
 *   $s/&lt;offset&gt;/&lt;filter&gt;              the stream that covers the filter
 *   $stream/&lt;name&gt;[@&lt;offset&gt;][/&lt;filter&gt;]   the stream of that name, from the offset, else from the one that is given beside
 * </pre>
 *
 * Stateless.
 */
public final class StreamSubscriptionSyntax {
    private static final String COVERING = "$s/";
    private static final String NAMED = "$stream/";
    private static final String DEFAULT_OFFSET = "latest";
    private static final Pattern NAME = Pattern.compile("[0-9A-Za-z][-.0-9A-Za-z_]*");

    /** What {@link #isName} asks for, in words. */
    public static final String LEGAL_NAME = "it begins with a letter or digit and goes on with these, '-', '.' or '_'";

    private StreamSubscriptionSyntax() {}

    /** What a subscription says. */
    public sealed interface Parsed {}

    /**
     * A well-formed subscription.
     *
     * @param offset as it was written, or the one that counts when none was
     */
    public record Valid(StreamChoice stream, ReplayRange range, String offset) implements Parsed {}

    /** @param reason what is wrong and what would be right */
    public record Refused(String reason) implements Parsed {}

    /** Tells whether a filter means a stream. */
    public static boolean isStream(String filter) {
        return filter.startsWith(COVERING) || filter.startsWith(NAMED);
    }

    /** Tells whether a stream of this name can be subscribed to by its name. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /**
     * What is the same for two filters that differ at most in the offset: to subscribe to one of them after the other is to go to
     * another place of the stream. A filter that means no stream is returned as it is.
     */
    public static String withoutOffset(String filter) {
        if (filter.startsWith(COVERING)) {
            int slash = filter.indexOf('/', COVERING.length());
            return slash < 0 ? filter : COVERING + filter.substring(slash);
        }
        if (filter.startsWith(NAMED)) {
            int slash = filter.indexOf('/', NAMED.length());
            String head = slash < 0 ? filter : filter.substring(0, slash);
            int at = head.indexOf('@');
            return at < 0 ? filter : head.substring(0, at) + filter.substring(head.length());
        }
        return filter;
    }

    /**
     * The same subscription, of topics that begin with a prefix: in what it asks for, the filter gets the prefix, and the whole stream
     * becomes what of it is below the prefix. What is malformed is returned as it is.
     *
     * @param prefix ends with a slash
     * @param filter one that {@link #isStream}
     */
    public static String below(String prefix, String filter) {
        int slash = filter.indexOf('/', (filter.startsWith(NAMED) ? NAMED : COVERING).length());
        if (slash < 0) {
            return filter.startsWith(NAMED) ? filter + "/" + prefix + "#" : filter;
        }
        String topics = filter.substring(slash + 1);
        return topics.isEmpty() ? filter : filter.substring(0, slash + 1) + prefix + topics;
    }

    /**
     * @param filter one that {@link #isStream}
     * @param offset the offset that is given beside the filter, or null
     * @param nowMicros the time now, epoch microseconds
     */
    public static Parsed parse(String filter, @Nullable String offset, long nowMicros) {
        return filter.startsWith(NAMED)
                ? parseNamed(filter.substring(NAMED.length()), offset, nowMicros)
                : parseCovering(filter.substring(COVERING.length()), nowMicros);
    }

    private static Parsed parseCovering(String written, long nowMicros) {
        int slash = written.indexOf('/');
        if (slash < 0) {
            return new Refused("a stream subscription is $s/<offset>/<filter>, the filter is missing");
        }
        String topics = written.substring(slash + 1);
        Optional<String> problem = TopicFilter.problem(topics);
        return problem.<Parsed>map(Refused::new)
                .orElseGet(() -> from(
                        written.substring(0, slash), new StreamChoice.Covering(new TopicFilter(topics)), nowMicros));
    }

    private static Parsed parseNamed(String written, @Nullable String offset, long nowMicros) {
        int slash = written.indexOf('/');
        String head = slash < 0 ? written : written.substring(0, slash);
        int at = head.indexOf('@');
        String name = at < 0 ? head : head.substring(0, at);
        if (!isName(name)) {
            return new Refused("a stream subscription is $stream/<name>[@<offset>][/<filter>]: '" + name
                    + "' is no name, " + LEGAL_NAME);
        }
        TopicFilter filter = null;
        if (slash >= 0) {
            String topics = written.substring(slash + 1);
            Optional<String> problem = TopicFilter.problem(topics);
            if (problem.isPresent()) {
                return new Refused(problem.get());
            }
            filter = new TopicFilter(topics);
        }
        String begin = at >= 0 ? head.substring(at + 1) : offset;
        return from(begin == null ? DEFAULT_OFFSET : begin, new StreamChoice.Named(name, filter), nowMicros);
    }

    private static Parsed from(String offset, StreamChoice stream, long nowMicros) {
        return RangeSyntax.parse(offset, nowMicros)
                .<Parsed>map(range -> new Valid(stream, range, offset))
                .orElseGet(() -> new Refused("the offset of a stream subscription is " + StartPositionSyntax.LEGAL
                        + "; or " + RangeSyntax.LEGAL + "; not '" + offset + "'"));
    }
}
