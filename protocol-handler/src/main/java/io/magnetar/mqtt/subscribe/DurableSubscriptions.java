package io.magnetar.mqtt.subscribe;

import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.Subscribe;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the subscriptions of a durable session.
 *
 * <p>Thread: the connection's owner.
 */
public interface DurableSubscriptions {
    /**
     * A subscription was made, or changed.
     *
     * @param live run once, at the owner, when live messages are to follow it: until then what the client gets live stays as it
     *     was, and afterwards it is owed what it does not get live. Not run when it cannot be kept
     * @param answer told once, at the owner, when it is kept or could not be
     */
    void subscribed(
            Subscribe.Request request,
            int subscriptionId,
            Runnable live,
            BiConsumer<ReasonCode, @Nullable String> answer);

    /** A subscription was ended; {@code then} runs at the owner when it will not come back. */
    void unsubscribed(String filter, Runnable then);
}
