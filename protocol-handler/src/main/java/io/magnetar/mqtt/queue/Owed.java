package io.magnetar.mqtt.queue;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
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
 * What a session is owed: its subscriptions at QoS 1 and 2, each from its start position on, and what was on its way to it when its
 * last connection ended.
 *
 * <p>Thread: changes by the session's owner, questions by any.
 */
final class Owed {
    private static final int[] NO_IDS = {};

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
        Form[] form = new Form[1];
        filters.match(message.message().topic(), subscription -> {
            if (isOwed(subscription, partition, message)) {
                Form before = form[0] == null ? new Form(Qos.AT_MOST_ONCE, false, NO_IDS) : form[0];
                form[0] = before.with(subscription);
            }
        });
        return form[0];
    }

    private boolean isOwed(SubscriptionRecord subscription, int partition, QueuedMessage message) {
        return subscription.owes()
                && message.position().isAfter(subscription.starts().get(partition))
                && !(subscription.request().noLocal() && isOwn(message.message())); // [MQTT-3.8.3-3]
    }

    private boolean isOwn(Message message) {
        return clientId != null && clientId.equals(message.publisher().clientId());
    }
}
