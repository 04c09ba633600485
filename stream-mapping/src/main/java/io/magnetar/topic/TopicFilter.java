package io.magnetar.topic;

import java.util.Optional;

/**
 * An MQTT topic filter (MQTT 5.0 section 4.7), known to be well formed.
 *
 * <p>Thread: immutable.
 *
 * @param value the filter as the client wrote it, without any {@code $share} or {@code $s} prefix
 */
public record TopicFilter(String value) {

    /** @throws IllegalArgumentException when the filter is malformed; the message says why */
    public TopicFilter {
        problem(value).ifPresent(problem -> {
            throw new IllegalArgumentException(problem);
        });
    }

    /**
     * Says what is wrong with a filter, or nothing when it is good: {@code #} is the last level [MQTT-4.7.1-1], both
     * wildcards fill a whole level [MQTT-4.7.1-2], and there are not too many levels.
     */
    public static Optional<String> problem(String filter) {
        if (filter.isEmpty()) {
            return Optional.of("a topic filter has at least one character");
        }
        int last = filter.length() - 1;
        for (int i = 0; i <= last; i++) {
            char c = filter.charAt(i);
            if (c == 0) {
                return Optional.of("a topic filter has no null character");
            }
            boolean startsLevel = i == 0 || filter.charAt(i - 1) == '/';
            if (c == '#' && (i != last || !startsLevel)) {
                return Optional.of("'#' stands alone in the last level of a topic filter");
            }
            if (c == '+' && (!startsLevel || (i != last && filter.charAt(i + 1) != '/'))) {
                return Optional.of("'+' stands alone in its level of a topic filter");
            }
        }
        return TopicNames.levels(filter) > TopicNames.MAX_LEVELS
                ? Optional.of("a topic filter has at most " + TopicNames.MAX_LEVELS + " levels")
                : Optional.empty();
    }

    public boolean hasWildcards() {
        return value.indexOf('+') >= 0 || value.indexOf('#') >= 0;
    }

    /** Tells whether a topic name matches. A leading wildcard does not match a leading {@code $} [MQTT-4.7.2-1]. */
    public boolean matches(String topic) {
        return includes(topic);
    }

    /** Tells whether every topic that matches {@code narrower} also matches this filter. */
    public boolean covers(TopicFilter narrower) {
        return includes(narrower.value);
    }

    /** Tells whether there is a topic name that matches both this filter and another one. */
    public boolean overlaps(TopicFilter other) {
        String mine = value;
        String theirs = other.value;
        if ((startsWithWildcard(mine) && theirs.charAt(0) == '$')
                || (startsWithWildcard(theirs) && mine.charAt(0) == '$')) {
            return false;
        }
        int m = 0;
        int t = 0;
        while (true) {
            int mineEnd = levelEnd(mine, m);
            int theirsEnd = levelEnd(theirs, t);
            if (mine.startsWith("#", m) || theirs.startsWith("#", t)) {
                return true;
            }
            boolean anyLevel = mine.startsWith("+", m) || theirs.startsWith("+", t);
            if (!anyLevel && !sameLevel(m, mineEnd, theirs, t, theirsEnd)) {
                return false;
            }
            if (mineEnd == mine.length() || theirsEnd == theirs.length()) {
                // "sport/#" also matches the parent level "sport".
                return (mineEnd == mine.length() && isRest(theirs, theirsEnd))
                        || (theirsEnd == theirs.length() && isRest(mine, mineEnd));
            }
            m = mineEnd + 1;
            t = theirsEnd + 1;
        }
    }

    private static boolean startsWithWildcard(String filter) {
        return filter.charAt(0) == '+' || filter.charAt(0) == '#';
    }

    /** Whether a filter ends where a level does, or goes on with nothing but {@code #}. */
    private static boolean isRest(String filter, int levelEnd) {
        return levelEnd == filter.length() || (filter.length() == levelEnd + 2 && filter.charAt(levelEnd + 1) == '#');
    }

    /** Walks the levels of both; a topic name is a filter that includes nothing but itself. */
    private boolean includes(String other) {
        if (startsWithWildcard(value) && other.charAt(0) == '$') {
            return false;
        }
        int f = 0;
        int o = 0;
        while (true) {
            int filterEnd = levelEnd(value, f);
            if (isLevel(f, filterEnd, '#')) {
                return true;
            }
            int otherEnd = levelEnd(other, o);
            boolean single = isLevel(f, filterEnd, '+') && !other.startsWith("#", o);
            if (!single && !sameLevel(f, filterEnd, other, o, otherEnd)) {
                return false;
            }
            boolean filterDone = filterEnd == value.length();
            if (otherEnd == other.length()) {
                // "sport/#" also matches the parent level "sport".
                return filterDone || (value.length() == filterEnd + 2 && value.charAt(filterEnd + 1) == '#');
            }
            if (filterDone) {
                return false;
            }
            f = filterEnd + 1;
            o = otherEnd + 1;
        }
    }

    private boolean isLevel(int start, int end, char wildcard) {
        return end - start == 1 && value.charAt(start) == wildcard;
    }

    private boolean sameLevel(int start, int end, String other, int otherStart, int otherEnd) {
        return end - start == otherEnd - otherStart && value.regionMatches(start, other, otherStart, end - start);
    }

    private static int levelEnd(String levels, int start) {
        int slash = levels.indexOf('/', start);
        return slash < 0 ? levels.length() : slash;
    }

    @Override
    public String toString() {
        return value;
    }
}
