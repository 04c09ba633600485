package io.magnetar.mqtt.stream;

import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.record.StreamStart;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the stream subscriptions of a durable session.
 *
 * <p>Thread: the connection's owner.
 */
public interface StreamKeeper {
    /**
     * A subscription is to begin, or has changed.
     *
     * @param answer told once, at the owner, when it is kept or could not be
     */
    void keep(
            Subscribe.Request request,
            int subscriptionId,
            StreamStart start,
            BiConsumer<ReasonCode, @Nullable String> answer);
}
