package io.magnetar.mqtt.routing;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.SharedPublish;
import java.util.Arrays;

/**
 * All that one subscriber wants of one topic: its overlapping subscriptions folded into one delivery at the highest QoS
 * [MQTT-3.3.4-2], with all their identifiers [MQTT-3.3.4-4].
 *
 * <p>Thread: immutable; {@code subscriptionIds} is never written to.
 *
 * @param noLocal all of them ask not to get the client's own messages
 */
public record Target(
        LiveSubscriber subscriber, Qos qos, boolean noLocal, boolean retainAsPublished, int[] subscriptionIds) {

    static final int[] NO_IDS = {};

    static Target of(LiveSubscription subscription) {
        int[] ids = subscription.subscriptionId() == 0 ? NO_IDS : new int[] {subscription.subscriptionId()};
        return new Target(
                subscription.subscriber(),
                subscription.qos(),
                subscription.noLocal(),
                subscription.retainAsPublished(),
                ids);
    }

    Target with(LiveSubscription other) {
        int[] ids = subscriptionIds;
        if (other.subscriptionId() != 0) {
            ids = Arrays.copyOf(subscriptionIds, subscriptionIds.length + 1);
            ids[subscriptionIds.length] = other.subscriptionId();
        }
        return new Target(
                subscriber,
                qos.value() >= other.qos().value() ? qos : other.qos(),
                noLocal && other.noLocal(),
                retainAsPublished || other.retainAsPublished(),
                ids);
    }

    /** Tells whether a message goes out in the form that is shared with others. */
    public boolean takesSharedForm(Message message) {
        return subscriptionIds.length == 0
                && !message.properties().expires()
                && !(message.retain() && retainAsPublished);
    }

    /** The bit of the shared form that a message takes on its way to this subscriber; none when it takes none. */
    int form(boolean publishedWithId) {
        return subscriptionIds.length != 0
                ? 0
                : SharedPublish.form(subscriber.version(), publishedWithId && hasPacketId());
    }

    private boolean hasPacketId() {
        return qos != Qos.AT_MOST_ONCE;
    }
}
