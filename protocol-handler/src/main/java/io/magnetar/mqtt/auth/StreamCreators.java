package io.magnetar.mqtt.auth;

import io.magnetar.message.Publisher;
import io.magnetar.topic.TopicFilter;
import java.util.concurrent.CompletableFuture;

/**
 * Decides who may have a stream made by subscribing to it.
 *
 * <p>Thread: any.
 */
@FunctionalInterface
public interface StreamCreators {
    /** Nobody may. */
    StreamCreators NOBODY = (client, filter) -> CompletableFuture.completedFuture(false);

    /**
     * Whether a client may. Never throws; a failed future means that nobody could be asked, and then it may not.
     *
     * @param filter what the stream would keep
     * @return completes on any thread
     */
    CompletableFuture<Boolean> mayCreate(Publisher client, TopicFilter filter);
}
