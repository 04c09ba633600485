package io.magnetar.mqtt.share;

import io.magnetar.stream.StreamSubscriptionSyntax;
import java.util.List;
import java.util.Optional;

/**
 * The filter of a group that shares the reading of a stream: {@code $share/<group>/} and a subscription to a stream.
 *
 * @param stream as {@link StreamSubscriptionSyntax} reads it
 */
public record SharedStreamFilter(String group, String stream) {
    private static final List<String> PULSARS_OWN = List.of("__", "pulsar.");

    /** Tells whether a filter means such a group. */
    public static boolean isSharedStream(String written) {
        int begin = SharedFilter.filterBegin(written);
        return begin > 0 && StreamSubscriptionSyntax.isStream(written.substring(begin));
    }

    /** @param written one that {@link #isSharedStream} and without a {@link #problem} */
    public static SharedStreamFilter parse(String written) {
        return new SharedStreamFilter(
                SharedFilter.group(written), written.substring(SharedFilter.filterBegin(written)));
    }

    /** Says what is wrong with the group of a filter that {@link #isSharedStream}, or nothing when it is good. */
    public static Optional<String> problem(String written) {
        String group = SharedFilter.group(written);
        if (PULSARS_OWN.stream().anyMatch(group::startsWith)) {
            return Optional.of(
                    "the name of a group that shares a stream does not begin with '__' or 'pulsar.', for such"
                            + " Pulsar subscriptions are Pulsar's own");
        }
        return !group.isEmpty() && group.isBlank()
                ? Optional.of("the name of a group that shares a stream is not blank")
                : SharedFilter.problemOfGroup(group);
    }

    /** The same for two filters that differ at most in the offset: the same membership. */
    public static String withoutOffset(String written) {
        int begin = SharedFilter.filterBegin(written);
        return written.substring(0, begin) + StreamSubscriptionSyntax.withoutOffset(written.substring(begin));
    }
}
