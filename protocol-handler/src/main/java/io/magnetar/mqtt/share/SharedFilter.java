package io.magnetar.mqtt.share;

import io.magnetar.topic.TopicFilter;
import java.util.Optional;

/**
 * The filter of a shared subscription, {@code $share/<group>/<filter>}. Both parts together say which one it is: the same group
 * name with another filter is another shared subscription.
 */
public record SharedFilter(String group, TopicFilter filter) {
    private static final String PREFIX = "$share/";

    /** Tells whether a filter means a shared subscription to ordinary topics. */
    public static boolean isShared(String written) {
        return written.startsWith(PREFIX) && !SharedStreamFilter.isSharedStream(written);
    }

    /** @param written one that {@link #isShared} and without a {@link #problem} */
    public static SharedFilter parse(String written) {
        return new SharedFilter(group(written), new TopicFilter(written.substring(filterBegin(written))));
    }

    /** Where what the group shares begins in a filter; 0 when the filter is for no group or has nothing there. */
    public static int filterBegin(String written) {
        return written.startsWith(PREFIX) ? written.indexOf('/', PREFIX.length()) + 1 : 0;
    }

    /** The group's name in a filter that has one. */
    static String group(String written) {
        return written.substring(PREFIX.length(), filterBegin(written) - 1);
    }

    /** As a client writes it. */
    public String written() {
        return PREFIX + group + "/" + filter.value();
    }

    /** Says what is wrong with a filter that {@link #isShared}, or nothing when it is good. */
    public static Optional<String> problem(String written) {
        int begin = filterBegin(written);
        if (begin == 0 || begin == written.length()) { // [MQTT-4.8.2-2]
            return Optional.of("a shared subscription is $share/<group>/<filter>, the filter is missing");
        }
        Optional<String> problem = problemOfGroup(group(written));
        if (problem.isPresent()) {
            return problem;
        }
        String filter = written.substring(begin);
        return filter.startsWith(PREFIX)
                ? Optional.of("a group shares topics, not another group")
                : TopicFilter.problem(filter);
    }

    /** Says what is wrong with a group's name, or nothing when it is good. */
    static Optional<String> problemOfGroup(String group) {
        if (group.isEmpty()) { // [MQTT-4.8.2-1]
            return Optional.of("the name of a group has at least one character");
        }
        return group.indexOf('+') >= 0 || group.indexOf('#') >= 0 || group.indexOf(0) >= 0 // [MQTT-4.8.2-2]
                ? Optional.of("the name of a group has no wildcard and no null character")
                : Optional.empty();
    }
}
