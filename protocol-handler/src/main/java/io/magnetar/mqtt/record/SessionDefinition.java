package io.magnetar.mqtt.record;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a durable session is. Written whenever it changes, before the packet leaves that promises the change.
 *
 * @param epoch tells the sessions of a client identifier apart: a later one has a higher epoch
 * @param expirySeconds how long it outlives its connection; 4,294,967,295 for ever
 * @param disconnectedMillis when its connection ended, epoch milliseconds; {@link #CONNECTED} while it has one
 * @param will the will that may still be published, or null
 */
public record SessionDefinition(
        long epoch,
        long expirySeconds,
        long disconnectedMillis,
        List<SubscriptionRecord> subscriptions,
        @Nullable WillRecord will) {
    /** It has a connection, or had one when the broker died. */
    public static final long CONNECTED = -1;

    public static final long NEVER_EXPIRES = 0xFFFF_FFFFL;

    public SessionDefinition {
        subscriptions = List.copyOf(subscriptions);
    }

    public boolean isConnected() {
        return disconnectedMillis == CONNECTED;
    }

    /** Whether any of its subscriptions owes messages of the queue. */
    public boolean owes() {
        return subscriptions.stream().anyMatch(SubscriptionRecord::owes);
    }

    public SessionDefinition with(List<SubscriptionRecord> changed) {
        return new SessionDefinition(epoch, expirySeconds, disconnectedMillis, changed, will);
    }

    /** The same on a connection with a will. */
    public SessionDefinition connected(long expiry, @Nullable WillRecord newWill) {
        return new SessionDefinition(epoch, expiry, CONNECTED, subscriptions, newWill);
    }

    /** The same without a connection. */
    public SessionDefinition disconnected(long epochMillis, @Nullable WillRecord left) {
        return new SessionDefinition(epoch, expirySeconds, epochMillis, subscriptions, left);
    }

    /** The same when its connection has ended: its will is due after its delay, at the latest when the session ends. */
    public SessionDefinition leftAt(long epochMillis) {
        if (will == null) {
            return disconnected(epochMillis, null);
        }
        long delaySeconds = Math.min(will.will().delaySeconds(), expirySeconds);
        return disconnected(epochMillis, will.dueAt(epochMillis + TimeUnit.SECONDS.toMillis(delaySeconds)));
    }

    /** The same with another expiry. */
    public SessionDefinition expiringAfter(long seconds) {
        return new SessionDefinition(epoch, seconds, disconnectedMillis, subscriptions, will);
    }

    public SessionDefinition withoutWill() {
        return new SessionDefinition(epoch, expirySeconds, disconnectedMillis, subscriptions, null);
    }
}
