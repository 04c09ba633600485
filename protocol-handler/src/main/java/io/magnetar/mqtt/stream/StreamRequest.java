package io.magnetar.mqtt.stream;

import io.magnetar.message.Message;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamChoice;

/**
 * What a client asked for when it subscribed to a stream.
 *
 * <p>Thread: immutable; {@code subscriptionIds} is never written to.
 *
 * @param withProperties the client's MQTT version has properties, so that {@code ts} and {@code key} can be added
 */
record StreamRequest(
        Publisher subscriber,
        StreamChoice stream,
        StartPosition start,
        Qos qos,
        boolean noLocal,
        boolean retainAsPublished,
        int[] subscriptionIds,
        boolean withProperties) {

    /** The client asked not to get its own messages [MQTT-3.8.3-3]. */
    boolean excludes(Message message) {
        return noLocal
                && subscriber.clientId() != null
                && subscriber.clientId().equals(message.publisher().clientId());
    }
}
