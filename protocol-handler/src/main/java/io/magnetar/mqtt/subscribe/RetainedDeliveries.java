package io.magnetar.mqtt.subscribe;

import io.magnetar.message.Publisher;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.mqtt.queue.RetainedMessages;
import io.magnetar.mqtt.record.RetainedWalkRecord;
import io.magnetar.topic.TopicFilter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The retained messages that a client gets because it subscribes, MQTT 5.0 section 3.3.1.3: for each subscription its own, also
 * where subscriptions overlap.
 *
 * <pre>
 *   retain handling   new subscription   one that was there
 *   0                 sent               sent again          [MQTT-3.3.1-9]
 *   1                 sent               not sent            [MQTT-3.3.1-10]
 *   2                 not sent           not sent            [MQTT-3.3.1-11]
 * </pre>
 *
 * <p>Thread: the connection's owner.
 */
public final class RetainedDeliveries {
    /** The retain handling that sends them with every subscription. */
    static final int ALWAYS = 0;

    private static final int ONLY_WHEN_NEW = 1;
    private static final int NEVER = 2;

    private final SessionServices services;
    private final Owner owner;
    private final Publisher subscriber;
    private final OutboundPublishFlow outbound;
    private final @Nullable RetainedMessages durable;
    private final Map<TopicFilter, RetainedDelivery> underWay = new HashMap<>();

    /** @param durable sends again what is on its way when the connection ends; null when the session ends with it */
    public RetainedDeliveries(
            SessionServices services,
            Owner owner,
            Publisher subscriber,
            OutboundPublishFlow outbound,
            @Nullable RetainedMessages durable) {
        this.durable = durable;
        this.services = services;
        this.owner = owner;
        this.subscriber = subscriber;
        this.outbound = outbound;
    }

    /**
     * The client has subscribed. A delivery under way for the same filter begins anew.
     *
     * @param isNew there was no such subscription
     * @return what is to be started behind the SUBACK; nothing when no retained messages are asked for
     */
    Optional<RetainedDelivery> subscribed(
            TopicFilter filter, Subscribe.Request request, int subscriptionId, boolean isNew) {
        int handling = request.retainHandling();
        if (handling == NEVER
                || (handling == ONLY_WHEN_NEW && !isNew)
                || !services.retained().isAvailable()) {
            return Optional.empty();
        }
        unsubscribed(filter);
        return Optional.of(delivery(filter, request, subscriptionId, null));
    }

    private RetainedDelivery delivery(
            TopicFilter filter, Subscribe.Request request, int subscriptionId, @Nullable RetainedWalkRecord resumed) {
        RetainedDelivery delivery = new RetainedDelivery(
                services,
                owner,
                outbound,
                durable,
                new RetainedDelivery.Subscription(subscriber, filter, request, subscriptionId),
                resumed,
                () -> underWay.remove(filter));
        underWay.put(filter, delivery);
        return delivery;
    }

    /** A subscription goes on that an earlier connection made: with the messages whose turn had not come there. */
    void resume(TopicFilter filter, Subscribe.Request request, int subscriptionId) {
        RetainedWalkRecord resumed = durable == null ? null : durable.walk(filter.value());
        if (resumed != null && services.retained().isAvailable()) {
            delivery(filter, request, subscriptionId, resumed).start();
        }
    }

    void unsubscribed(TopicFilter filter) {
        RetainedDelivery delivery = underWay.remove(filter);
        if (delivery != null) {
            delivery.close();
        }
        if (durable != null) {
            durable.walked(filter.value());
        }
    }

    /** The connection has ended; where the walks are stays as it is, for the record. */
    void end() {
        underWay.values().forEach(RetainedDelivery::close);
        underWay.clear();
    }
}
