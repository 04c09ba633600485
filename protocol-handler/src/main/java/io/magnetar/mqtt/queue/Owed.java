package io.magnetar.mqtt.queue;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.record.Owing;
import io.magnetar.mqtt.record.SubscriptionRecord;
import io.magnetar.stream.Position;
import io.magnetar.stream.queue.QueuedMessage;
import io.magnetar.topic.TopicFilter;
import io.magnetar.topic.TopicTrie;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a session is owed: its subscriptions, each in the stretches of time in which it has QoS 1 or 2, and what was on its way to it
 * when its last connection ended. Subscriptions at QoS 0 owe nothing, and have their part in the form of what others owe.
 *
 * <p>Thread: changes by the session's owner, questions by any.
 */
final class Owed {
    private static final Form NOT_YET = new Form(Qos.AT_MOST_ONCE, false, new int[0]);

    private final @Nullable String clientId;
    private final TopicTrie<TopicFilter, SubscriptionRecord> filters = new TopicTrie<>();
    private final Map<Integer, Set<Position>> held = new ConcurrentHashMap<>();

    Owed(@Nullable String clientId) {
        this.clientId = clientId;
    }

    void add(TopicFilter filter, SubscriptionRecord subscription) {
        filters.put(filter, filter, subscription);
    }

    void remove(TopicFilter filter) {
        filters.remove(filter, filter);
    }

    void hold(int partition, Set<Position> positions) {
        held.put(partition, Set.copyOf(positions));
    }

    /** False for what the session certainly does not want. */
    boolean mayBe(int partition, QueuedMessage message) {
        return held.getOrDefault(partition, Set.of()).contains(message.position())
                || formOf(partition, message) != null;
    }

    /** How a message is to be sent; null when it is not owed. */
    @Nullable
    Form formOf(int partition, QueuedMessage message) {
        boolean own = isOwn(message.message());
        Form[] form = {NOT_YET};
        filters.match(message.message().topic(), subscription -> {
            Qos qos = qosOf(subscription, partition, message, own);
            if (qos != null) {
                form[0] = form[0].with(qos, subscription);
            }
        });
        return form[0].qos() == Qos.AT_MOST_ONCE ? null : form[0];
    }

    /** What a subscription wants it at; null when it does not want it, or not from the queue. */
    private static @Nullable Qos qosOf(
            SubscriptionRecord subscription, int partition, QueuedMessage queued, boolean own) {
        Qos owed = null;
        for (Owing stretch : subscription.owing()) {
            if (stretch.covers(partition, queued.position(), queued.message().timestampMicros(), own)
                    && (owed == null || stretch.qos().value() > owed.value())) {
                owed = stretch.qos();
            }
        }
        boolean takesPart = subscription.qos() == Qos.AT_MOST_ONCE
                && !(subscription.request().noLocal() && own); // [MQTT-3.8.3-3]
        return owed == null && takesPart ? Qos.AT_MOST_ONCE : owed;
    }

    private boolean isOwn(Message message) {
        return clientId != null && clientId.equals(message.publisher().clientId());
    }
}
