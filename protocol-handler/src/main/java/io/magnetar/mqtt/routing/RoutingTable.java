package io.magnetar.mqtt.routing;

import io.magnetar.mqtt.owner.Owner;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import io.magnetar.topic.TopicTrie;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who wants which topics of one namespace.
 *
 * <p>Thread: any. A match takes no lock; one made for a version is good while {@link #version()} stands.
 */
public final class RoutingTable {
    private final Namespace namespace;
    private final StreamCatalog streams;
    private final TopicTrie<LiveSubscriber, Target> live = new TopicTrie<>();
    /** The durable subscriptions that messages are owed for, by client identifier, connected or not. */
    private final TopicTrie<String, String> owed = new TopicTrie<>();

    /** The shared subscriptions of a filter by their groups' names. */
    private final TopicTrie<String, SharedSubscription> shared = new TopicTrie<>();

    private final Handovers handovers = new Handovers();
    private final LongAdder subscriptions = new LongAdder();
    private final AtomicLong streamChanges = new AtomicLong();
    private volatile @Nullable StreamDefinition queue;

    RoutingTable(Namespace namespace, StreamCatalog streams) {
        this.namespace = namespace;
        this.streams = streams;
    }

    public Namespace namespace() {
        return namespace;
    }

    /** Rises with every change of the subscriptions and of the streams. */
    long version() {
        return live.version() + shared.version() + owed.version() + streamChanges.get();
    }

    void streamsChanged() {
        streamChanges.incrementAndGet();
    }

    /** Adds a subscription; one of the same subscriber and filter is replaced [MQTT-3.8.4-3]. */
    public void subscribe(TopicFilter filter, Target subscription) {
        if (live.put(filter, subscription.subscriber(), subscription) == null) {
            subscriptions.increment();
        }
    }

    /** @return whether there was such a subscription */
    public boolean unsubscribe(TopicFilter filter, LiveSubscriber subscriber) {
        boolean removed = live.remove(filter, subscriber) != null;
        if (removed) {
            subscriptions.decrement();
        }
        return removed;
    }

    /** How many subscriptions there are. */
    public long subscriptions() {
        return subscriptions.sum();
    }

    /** From now on what is owed is kept in this log. Comes before the first {@link #owe}. */
    public void keepIn(StreamDefinition log) {
        queue = log;
        streamsChanged();
    }

    /** From now on messages of the filter published at QoS 1 or 2 are owed to a client, connected or not. */
    public void owe(TopicFilter filter, String clientId) {
        owed.put(filter, clientId, clientId);
    }

    /** Messages of the filter are owed to the client no longer. */
    public void endOwing(TopicFilter filter, String clientId) {
        owed.remove(filter, clientId);
    }

    /**
     * Messages of some filter go another way from a moment on, and their receive time tells which: it is after that moment just when
     * their subscribers were found after this change. One change at a time.
     *
     * @param change alters the routes and takes the moment, at once
     * @return what the change has returned
     */
    public long handOver(LongSupplier change) {
        return handovers.during(change);
    }

    Handovers handovers() {
        return handovers;
    }

    /** Who wants a topic, and the receive time that goes with it. */
    public record Found(Match match, long receivedMicros) {}

    /** Finds all who want a topic, like {@link Route#match(LongSupplier)}. */
    public Found find(String topic, LongSupplier clock) {
        long before = handovers.count();
        Found found = new Found(match(topic), clock.getAsLong());
        return handovers.isStill(before)
                ? found
                : handovers.meanwhile(() -> new Found(match(topic), clock.getAsLong()));
    }

    /** A client has joined a shared subscription. */
    public void joined() {
        subscriptions.increment();
    }

    /** A client has left a shared subscription. */
    public void left() {
        subscriptions.decrement();
    }

    /** Adds a shared subscription, or tells that what it takes, and in which forms, has changed. */
    public void share(TopicFilter filter, String group, SharedSubscription subscription) {
        shared.put(filter, group, subscription);
    }

    public void unshare(TopicFilter filter, String group) {
        shared.remove(filter, group);
    }

    /** Finds all who want a topic. */
    public Match match(String topic) {
        long version = version();
        Map<LiveSubscriber, Target> targets = new LinkedHashMap<>();
        live.match(topic, target -> targets.merge(target.subscriber(), target, Target::with));
        List<SharedSubscription> groups = new ArrayList<>();
        List<SharedSubscription> liveGroups = new ArrayList<>();
        shared.match(topic, group -> {
            groups.add(group);
            if (!group.readsQueue()) {
                liveGroups.add(group);
            }
        });
        boolean isOwed = liveGroups.size() < groups.size() || owed.matches(topic);
        return new Match(
                version,
                byOwner(targets),
                new Match.Groups(
                        groups.toArray(SharedSubscription[]::new), liveGroups.toArray(SharedSubscription[]::new)),
                streams.of(namespace).matching(topic),
                isOwed ? queue : null);
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
