package io.magnetar.mqtt.access;

import io.magnetar.message.Qos;
import io.magnetar.topic.TopicFilter;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A rule: whom it is about, what they do, with which topics, and whether they may.
 *
 * <p>A rule that allows a subscription must cover all that it would deliver; one that denies needs to have anything in common with it.
 * So {@code allow a/#} does not allow {@code #}, and {@code deny a/secret} denies {@code a/+}.
 *
 * <p>Thread: immutable.
 *
 * @param actions what it is about
 * @param qos the levels of quality of service that it is about
 * @param retain whether it is about publishes that are retained, or that are not; null for both
 * @param topics empty for all, also for those that begin with {@code $}
 */
public record Rule(
        boolean allows,
        Who who,
        Set<Action> actions,
        Set<Qos> qos,
        @Nullable Boolean retain,
        List<TopicPattern> topics) {
    static final Rule DENY_ALL =
            new Rule(false, Who.ALL, Set.of(Action.values()), Set.of(Qos.values()), null, List.of());

    public Rule {
        actions = Set.copyOf(actions);
        qos = Set.copyOf(qos);
        topics = List.copyOf(topics);
    }

    /** Whether it decides on a request. */
    boolean decides(Subject client, AccessRequest request) {
        return isAbout(client, request) && (topics.isEmpty() || names(client, request));
    }

    /** Whether it decides on what a subscription is written like, such as {@code $share/g/a/#}, and not only on what it delivers. */
    boolean decidesWritten(Subject client, AccessRequest request) {
        return isAbout(client, request) && names(client, request);
    }

    private boolean isAbout(Subject client, AccessRequest request) {
        return actions.contains(request.action())
                && qos.contains(request.qos())
                && (retain == null || !request.isPublish() || retain == request.retain())
                && who.is(client, allows);
    }

    private boolean names(Subject client, AccessRequest request) {
        String topic = request.topic();
        for (TopicPattern pattern : topics) {
            if (isAbout(pattern, client, topic, request.isPublish())) {
                return true;
            }
        }
        return false;
    }

    private boolean isAbout(TopicPattern pattern, Subject client, String topic, boolean publish) {
        TopicFilter filter = pattern.of(client, allows);
        if (filter == null) {
            return false;
        }
        if (pattern.literal()) {
            return filter.value().equals(topic);
        }
        if (publish) {
            return filter.matches(topic);
        }
        TopicFilter asked = new TopicFilter(topic);
        return allows ? filter.covers(asked) : filter.overlaps(asked);
    }

    Verdict verdict() {
        return allows ? Verdict.ALLOW : Verdict.DENY;
    }

    /** The first rule of a list that decides on a request, or null. */
    static @Nullable Rule first(List<Rule> rules, Subject client, AccessRequest request) {
        for (Rule rule : rules) {
            if (rule.decides(client, request)) {
                return rule;
            }
        }
        return null;
    }

    /** The same for what a subscription is written like. */
    static @Nullable Rule firstWritten(List<Rule> rules, Subject client, AccessRequest request) {
        for (Rule rule : rules) {
            if (rule.decidesWritten(client, request)) {
                return rule;
            }
        }
        return null;
    }
}
