package io.magnetar.mqtt.will;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.PublishMark;
import io.magnetar.message.Publisher;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.packet.Connect;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Publishes wills, MQTT 5.0 section 3.1.2.5: to the logs and to live subscribers, like any publish, and with no one to answer.
 *
 * <p>Thread: any.
 */
public final class WillPublisher {
    private final SessionServices services;
    private final @Nullable ScheduledExecutorService retries;

    /** Tries once, for a session of which nothing is left: a log that does not take its will does not get it. */
    public WillPublisher(SessionServices services) {
        this.services = services;
        this.retries = null;
    }

    /** Tries again until the logs have a will, for sessions that are recorded with their wills. */
    public WillPublisher(SessionServices services, ScheduledExecutorService retries) {
        this.services = services;
        this.retries = retries;
    }

    /** Publishes a will. */
    public void publish(Connect.Will will, Publisher publisher) {
        var unused = publish(will, publisher, null, Set.of(), () -> {});
    }

    /**
     * Publishes a will.
     *
     * @param mark goes into the logs with it, or null
     * @param inLogs the Pulsar topics of the logs that have it already: then it was sent to live subscribers too
     * @param whenDone runs once when all logs have it, or never will, on any thread
     * @return completes when it was tried for the first time, however that went, on any thread
     */
    public CompletableFuture<Void> publish(
            Connect.Will will, Publisher publisher, @Nullable PublishMark mark, Set<String> inLogs, Runnable whenDone) {
        MessageProperties given = will.properties();
        MessageProperties properties = will.expirySeconds() < 0
                ? given
                : given.expiringAt(services.clock().millis() + TimeUnit.SECONDS.toMillis(will.expirySeconds()));
        Message message = new Message(
                will.topic(),
                will.payload(),
                will.qos(),
                will.retain(),
                properties,
                publisher,
                services.clock().nextMicros(),
                mark);
        return new WillPublication(services, retries, message, whenDone).begin(inLogs);
    }
}
