package io.magnetar.mqtt.routing;

import io.magnetar.message.Message;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.SharedPublish;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one subscriber wants: one subscription, or all those that overlap on a topic folded into one delivery at the highest QoS
 * [MQTT-3.3.4-2], with all their identifiers [MQTT-3.3.4-4].
 *
 * <p>Thread: immutable; {@code subscriptionIds} is never written to.
 *
 * @param noLocal all of them ask not to get the client's own messages
 * @param ofOwn what the client wants of its own messages, when only some of them ask not to get them; else null
 */
public record Target(
        LiveSubscriber subscriber,
        Qos qos,
        boolean noLocal,
        boolean retainAsPublished,
        int[] subscriptionIds,
        @Nullable Target ofOwn) {

    private static final int[] NO_IDS = {};

    /**
     * One subscription.
     *
     * @param subscriptionId the subscription identifier, 0 for none
     */
    public static Target of(
            LiveSubscriber subscriber, Qos qos, boolean noLocal, boolean retainAsPublished, int subscriptionId) {
        int[] ids = subscriptionId == 0 ? NO_IDS : new int[] {subscriptionId};
        return new Target(subscriber, qos, noLocal, retainAsPublished, ids, null);
    }

    /** This and another of the same subscriber. */
    Target with(Target other) {
        int[] ids = Arrays.copyOf(subscriptionIds, subscriptionIds.length + other.subscriptionIds.length);
        System.arraycopy(other.subscriptionIds, 0, ids, subscriptionIds.length, other.subscriptionIds.length);
        return new Target(
                subscriber,
                qos.value() >= other.qos.value() ? qos : other.qos,
                noLocal && other.noLocal,
                retainAsPublished || other.retainAsPublished,
                ids,
                noLocal || other.noLocal || ofOwn != null || other.ofOwn != null ? both(own(), other.own()) : null);
    }

    private static @Nullable Target both(@Nullable Target one, @Nullable Target other) {
        return one == null || other == null ? (one == null ? other : one) : one.with(other);
    }

    private @Nullable Target own() {
        if (noLocal) {
            return null; // [MQTT-3.8.3-3]
        }
        return ofOwn == null ? this : ofOwn;
    }

    /** What is wanted of the messages of a publisher, null for nothing. */
    public @Nullable Target of(Publisher publisher, Publisher self) {
        return (noLocal || ofOwn != null) && publisher.equals(self) ? own() : this;
    }

    /** Whether the client has what is published at QoS 1 and 2 from the queue. */
    boolean isReadFromQueue() {
        return subscriber.readsQueue() && qos != Qos.AT_MOST_ONCE;
    }

    /** Whether its own messages nevertheless go to the client live, for it wants them at QoS 0. */
    boolean takesOwnLive() {
        return ofOwn != null && ofOwn.qos == Qos.AT_MOST_ONCE;
    }

    /** Tells whether a message goes out in the form that is shared with others. */
    public boolean takesSharedForm(Message message) {
        return subscriptionIds.length == 0
                && !message.properties().expires()
                && !(message.retain() && retainAsPublished);
    }

    /** The bit of the shared form that a message takes on its way to this subscriber; none when it takes none. */
    public int form(boolean publishedWithId) {
        return subscriptionIds.length != 0
                ? 0
                : SharedPublish.form(subscriber.version(), publishedWithId && hasPacketId());
    }

    private boolean hasPacketId() {
        return qos != Qos.AT_MOST_ONCE;
    }
}
