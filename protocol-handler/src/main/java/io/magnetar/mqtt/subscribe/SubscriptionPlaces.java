package io.magnetar.mqtt.subscribe;

import io.magnetar.mqtt.quota.NamespaceQuota;
import org.jspecify.annotations.Nullable;

/**
 * What the subscriptions of one connection have taken of what its namespace may have.
 *
 * <p>Thread: the connection's owner.
 */
final class SubscriptionPlaces {
    private final NamespaceQuota quota;
    private int taken;

    SubscriptionPlaces(NamespaceQuota quota) {
        this.quota = quota;
    }

    /** How many one client may have now. */
    int mostOfClient() {
        return quota.limits().client().maxSubscriptions();
    }

    /**
     * Takes a place for one more.
     *
     * @return why not; null when it has one
     */
    @Nullable
    String take() {
        String refusal = quota.takeSubscription();
        if (refusal == null) {
            taken++;
        }
        return refusal;
    }

    /** Takes a place for one that the session had before. */
    void resume() {
        quota.resumeSubscriptions(1);
        taken++;
    }

    /** Gives back what is more than there are. */
    void settle(int subscriptions) {
        if (taken > subscriptions) {
            quota.giveBackSubscriptions(taken - subscriptions);
            taken = subscriptions;
        }
    }
}
