package io.magnetar.mqtt.share;

import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.flow.SessionLimits;
import io.magnetar.mqtt.routing.RoutingTable;
import io.magnetar.tenancy.Namespace;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The shared subscriptions of a broker that have a member.
 *
 * <p>Thread: any. Joining and leaving one group exclude each other.
 */
public final class SharedGroups {
    private record Key(Namespace namespace, SharedFilter filter) {}

    private final Map<Key, SharedGroup> groups = new ConcurrentHashMap<>();
    private final SharedStrategies strategies;
    private final SessionLimits limits;
    private final BrokerClock clock;
    private final Counters counters;

    /** @param limits what may wait for a client may also wait in a group */
    public SharedGroups(SharedStrategies strategies, SessionLimits limits, BrokerClock clock, Counters counters) {
        this.strategies = strategies;
        this.limits = limits;
        this.clock = clock;
        this.counters = counters;
    }

    SharedGroup join(RoutingTable routing, SharedFilter filter, Member member) {
        return groups.compute(new Key(routing.namespace(), filter), (key, known) -> {
            SharedGroup group = known == null ? newGroup(filter) : known;
            if (group.join(member) || known == null) {
                routing.share(filter.filter(), filter.group(), group);
            }
            return group;
        });
    }

    private SharedGroup newGroup(SharedFilter filter) {
        return new SharedGroup(
                strategies.of(filter.group()), limits.maxQueuedMessages(), limits.maxQueuedBytes(), clock, counters);
    }

    void leave(RoutingTable routing, SharedFilter filter, Member member) {
        groups.computeIfPresent(new Key(routing.namespace(), filter), (key, group) -> {
            boolean ended = group.leave(member);
            if (ended) {
                routing.unshare(filter.filter(), filter.group());
            }
            return ended ? null : group;
        });
    }
}
