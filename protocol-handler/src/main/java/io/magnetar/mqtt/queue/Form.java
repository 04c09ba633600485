package io.magnetar.mqtt.queue;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.record.SubscriptionRecord;
import java.util.Arrays;

/**
 * How a message goes out: overlapping subscriptions are folded into one delivery at the highest QoS [MQTT-3.3.4-2], with all
 * their identifiers [MQTT-3.3.4-4].
 *
 * <p>Thread: immutable; {@code subscriptionIds} is never written to.
 */
public record Form(Qos qos, boolean retainAsPublished, int[] subscriptionIds) {
    /** @param wanted the QoS that the other subscription wants the message at */
    Form with(Qos wanted, SubscriptionRecord other) {
        int[] ids = subscriptionIds;
        if (other.subscriptionId() != 0) {
            ids = Arrays.copyOf(ids, ids.length + 1);
            ids[ids.length - 1] = other.subscriptionId();
        }
        return new Form(
                wanted.value() > qos.value() ? wanted : qos,
                retainAsPublished || other.request().retainAsPublished(),
                ids);
    }
}
