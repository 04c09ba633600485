package io.magnetar.mqtt.retain;

import io.magnetar.topic.TopicFilter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the topics that match a filter among topics in the order of strings, by leaps over those that cannot match. All topics
 * below a level lie together in that order: from the level and {@code /} to the level and {@code 0}, the character after it.
 *
 * <p>Thread: immutable.
 */
final class TopicLeaps {
    private static final char AFTER_SLASH = '/' + 1;
    private static final String AFTER_DOLLAR = String.valueOf((char) ('$' + 1));
    private static final int NONE = -1;

    private final TopicFilter filter;
    /** Without a {@code #} at the end. */
    private final List<String> levels;

    private final boolean multiLevel;

    TopicLeaps(TopicFilter filter) {
        this.filter = filter;
        List<String> all = List.of(filter.value().split("/", -1));
        this.multiLevel = all.get(all.size() - 1).equals("#");
        this.levels = multiLevel ? all.subList(0, all.size() - 1) : all;
    }

    boolean matches(String topic) {
        return filter.matches(topic);
    }

    /** No topic before it matches. */
    String first() {
        String value = filter.value();
        int wildcard = 0;
        while (wildcard < value.length() && value.charAt(wildcard) != '+' && value.charAt(wildcard) != '#') {
            wildcard++;
        }
        boolean parentMatches = wildcard > 0 && wildcard < value.length() && value.charAt(wildcard) == '#';
        return value.substring(0, parentMatches ? wildcard - 1 : wildcard);
    }

    /**
     * Leaps from a topic that does not match.
     *
     * @return a string behind the topic, such that nothing between them matches; null when nothing behind the topic does
     */
    @Nullable
    String leap(String topic) {
        boolean leadingWildcard = levels.isEmpty() || levels.get(0).equals("+");
        if (leadingWildcard && topic.charAt(0) == '$') {
            return AFTER_DOLLAR;
        }
        int start = 0;
        int lastFreeEnd = NONE;
        for (int i = 0; i < levels.size(); i++) {
            String level = levels.get(i);
            int slash = topic.indexOf('/', start);
            int end = slash < 0 ? topic.length() : slash;
            if (level.equals("+")) {
                lastFreeEnd = end;
            } else if (level.length() != end - start || !topic.startsWith(level, start)) {
                boolean goesDeeper = multiLevel || i < levels.size() - 1;
                return toLevel(topic, topic.substring(0, start) + level, goesDeeper, lastFreeEnd);
            }
            if (slash < 0) {
                // Before what lies below this level come others, such as "a-b" between "a" and "a/".
                return level.equals("+") ? topic + '\0' : topic + "/";
            }
            start = end + 1;
        }
        return topic.substring(0, start - 1) + AFTER_SLASH;
    }

    /** Leaps to where the level is as wanted; when that is behind us, out of the last level that may be any. */
    private static @Nullable String toLevel(String topic, String wanted, boolean goesDeeper, int lastFreeEnd) {
        if (wanted.compareTo(topic) > 0) {
            return wanted;
        }
        String below = wanted + "/";
        if (goesDeeper && below.compareTo(topic) > 0) {
            return below;
        }
        return lastFreeEnd == NONE ? null : topic.substring(0, lastFreeEnd) + AFTER_SLASH;
    }
}
