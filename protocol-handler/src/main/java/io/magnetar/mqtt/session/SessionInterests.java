package io.magnetar.mqtt.session;

import io.magnetar.mqtt.queue.NamespaceQueue;
import io.magnetar.mqtt.queue.Queues;
import io.magnetar.mqtt.record.SessionDefinition;
import io.magnetar.mqtt.record.SubscriptionRecord;
import io.magnetar.mqtt.routing.Routing;
import io.magnetar.mqtt.routing.RoutingTable;
import io.magnetar.mqtt.share.SharedFilter;
import io.magnetar.mqtt.share.SharedGroups;
import io.magnetar.topic.TopicFilter;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * What durable sessions want of their namespace, connected or not: that what matches their filters is put into its queue, and that the
 * groups that they are members of are kept.
 *
 * <p>Thread: any.
 */
final class SessionInterests {
    private final Routing routing;
    private final Queues queues;
    private final SharedGroups groups;

    SessionInterests(Routing routing, Queues queues, SharedGroups groups) {
        this.routing = routing;
        this.queues = queues;
        this.groups = groups;
    }

    private RoutingTable table(SessionKey key) {
        return routing.table(key.namespace());
    }

    CompletableFuture<NamespaceQueue> queue(SessionKey key) {
        return queues.of(key.namespace());
    }

    void owe(SessionKey key, TopicFilter filter) {
        table(key).owe(filter, key.clientId());
    }

    /** Owes by all subscriptions of a session. */
    void oweAll(SessionKey key, SessionDefinition definition) {
        definition.subscriptions().stream()
                .filter(SubscriptionRecord::isOwing)
                .forEach(subscription -> owe(key, new TopicFilter(subscription.filter())));
    }

    /** See {@link RoutingTable#handOver}. */
    long handOver(SessionKey key, LongSupplier change) {
        return table(key).handOver(change);
    }

    void endOwing(SessionKey key, TopicFilter filter) {
        table(key).endOwing(filter, key.clientId());
    }

    CompletableFuture<Void> keepGroup(SessionKey key, String filter) {
        return groups.keep(table(key), SharedFilter.parse(filter), key.clientId());
    }

    void releaseGroup(SessionKey key, String filter) {
        groups.release(table(key), SharedFilter.parse(filter), key.clientId());
    }

    /** The session has ended. */
    void endAll(SessionKey key, SessionDefinition definition) {
        definition.subscriptions().stream()
                .filter(SubscriptionRecord::isOwing)
                .forEach(subscription -> endOwing(key, new TopicFilter(subscription.filter())));
        definition.subscriptions().stream()
                .filter(GroupLoader::keepsGroup)
                .forEach(subscription -> releaseGroup(key, subscription.filter()));
    }
}
