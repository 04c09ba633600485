package io.magnetar.mqtt.share;

import io.magnetar.stream.StreamSubscriptionSyntax;
import io.magnetar.topic.TopicFilter;
import java.util.Optional;

/**
 * The filter of a shared subscription, {@code $share/<group>/<filter>}. Both parts together say which one it is: the same group
 * name with another filter is another shared subscription.
 */
public record SharedFilter(String group, TopicFilter filter) {
    private static final String PREFIX = "$share/";

    /** Tells whether a filter means a shared subscription. */
    public static boolean isShared(String written) {
        return written.startsWith(PREFIX);
    }

    /** @param written one that {@link #isShared} and without a {@link #problem} */
    public static SharedFilter parse(String written) {
        int slash = written.indexOf('/', PREFIX.length());
        return new SharedFilter(
                written.substring(PREFIX.length(), slash), new TopicFilter(written.substring(slash + 1)));
    }

    /** As a client writes it. */
    public String written() {
        return PREFIX + group + "/" + filter.value();
    }

    /** Says what is wrong with a filter that {@link #isShared}, or nothing when it is good. */
    public static Optional<String> problem(String written) {
        int slash = written.indexOf('/', PREFIX.length());
        if (slash < 0 || slash == written.length() - 1) { // [MQTT-4.8.2-2]
            return Optional.of("a shared subscription is $share/<group>/<filter>, the filter is missing");
        }
        String group = written.substring(PREFIX.length(), slash);
        if (group.isEmpty()) { // [MQTT-4.8.2-1]
            return Optional.of("the name of a group has at least one character");
        }
        if (group.indexOf('+') >= 0 || group.indexOf('#') >= 0 || group.indexOf(0) >= 0) { // [MQTT-4.8.2-2]
            return Optional.of("the name of a group has no wildcard and no null character");
        }
        String filter = written.substring(slash + 1);
        if (isShared(filter) || StreamSubscriptionSyntax.isStream(filter)) {
            return Optional.of("a group shares ordinary topics, not streams and not other groups");
        }
        return TopicFilter.problem(filter);
    }
}
