package io.magnetar.mqtt.share;

import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.mqtt.queue.OwedMessages;
import io.magnetar.mqtt.routing.LiveSubscriber;
import io.magnetar.mqtt.routing.RoutingTable;
import io.magnetar.mqtt.routing.Target;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A client's shared subscriptions, by the filters that it wrote. Retained messages are not sent for them.
 *
 * <p>Thread: the connection's owner.
 */
public final class SharedSubscriptions {
    private final SharedGroups groups;
    private final RoutingTable routing;
    private final LiveSubscriber subscriber;
    private final OutboundPublishFlow outbound;
    private final @Nullable OwedMessages durable;
    private final Room room;
    private final Map<String, Member> members = new HashMap<>();

    /** @param durable what takes QoS 2 for a durable session, or null */
    public SharedSubscriptions(
            SharedGroups groups,
            RoutingTable routing,
            LiveSubscriber subscriber,
            OutboundPublishFlow outbound,
            @Nullable OwedMessages durable) {
        this.durable = durable;
        this.groups = groups;
        this.routing = routing;
        this.subscriber = subscriber;
        this.outbound = outbound;
        this.room = new Room(outbound.windowSize());
    }

    public Set<String> filters() {
        return Set.copyOf(members.keySet());
    }

    public int size() {
        return members.size();
    }

    public boolean contains(String filter) {
        return members.containsKey(filter);
    }

    /**
     * Joins a group. A client that is in it already stays with the new options [MQTT-3.8.4-3].
     *
     * @param request its filter is one that {@link SharedFilter#isShared} and without a {@link SharedFilter#problem}
     */
    public void subscribe(Subscribe.Request request, int subscriptionId) {
        SharedFilter filter = SharedFilter.parse(request.filter());
        Member member = new Member(
                Target.of(subscriber, request.qos(), false, request.retainAsPublished(), subscriptionId),
                room,
                outbound,
                durable);
        SharedGroup group = groups.join(routing, filter, member);
        member.joined(group);
        Member replaced = members.put(request.filter(), member);
        if (replaced != null) {
            leave(filter, replaced);
        }
    }

    private void leave(SharedFilter filter, Member member) {
        groups.leave(routing, filter, member);
        member.left();
    }

    /** @return whether there was such a subscription */
    public boolean unsubscribe(String filter) {
        Member member = members.remove(filter);
        if (member != null) {
            leave(SharedFilter.parse(filter), member);
        }
        return member != null;
    }

    /** The connection has ended. */
    public void end() {
        members.forEach((filter, member) -> leave(SharedFilter.parse(filter), member));
        members.clear();
    }
}
