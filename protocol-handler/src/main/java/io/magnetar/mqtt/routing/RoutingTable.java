package io.magnetar.mqtt.routing;

import io.magnetar.mqtt.owner.Owner;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import io.magnetar.topic.TopicTrie;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Who wants which topics of one namespace.
 *
 * <p>Thread: any. A match takes no lock; one made for a version is good while {@link #version()} stands.
 */
public final class RoutingTable {
    private final Namespace namespace;
    private final StreamCatalog streams;
    private final TopicTrie<LiveSubscriber, Target> live = new TopicTrie<>();
    private final AtomicLong streamChanges = new AtomicLong();

    RoutingTable(Namespace namespace, StreamCatalog streams) {
        this.namespace = namespace;
        this.streams = streams;
    }

    public Namespace namespace() {
        return namespace;
    }

    /** Rises with every change of the subscriptions and of the streams. */
    long version() {
        return live.version() + streamChanges.get();
    }

    void streamsChanged() {
        streamChanges.incrementAndGet();
    }

    /** Adds a subscription; one of the same subscriber and filter is replaced [MQTT-3.8.4-3]. */
    public void subscribe(TopicFilter filter, Target subscription) {
        live.put(filter, subscription.subscriber(), subscription);
    }

    /** @return whether there was such a subscription */
    public boolean unsubscribe(TopicFilter filter, LiveSubscriber subscriber) {
        return live.remove(filter, subscriber) != null;
    }

    /** Finds all who want a topic. */
    public Match match(String topic) {
        long version = version();
        Map<LiveSubscriber, Target> targets = new LinkedHashMap<>();
        live.match(topic, target -> targets.merge(target.subscriber(), target, Target::with));
        return new Match(version, byOwner(targets), streams.of(namespace).matching(topic));
    }

    private static Match.OwnerTargets[] byOwner(Map<LiveSubscriber, Target> targets) {
        Map<Owner, List<Target>> groups = new LinkedHashMap<>();
        for (Target target : targets.values()) {
            groups.computeIfAbsent(target.subscriber().owner(), ignored -> new ArrayList<>())
                    .add(target);
        }
        return groups.entrySet().stream()
                .map(group ->
                        new Match.OwnerTargets(group.getKey(), group.getValue().toArray(Target[]::new)))
                .toArray(Match.OwnerTargets[]::new);
    }
}
