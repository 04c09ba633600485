package io.magnetar.mqtt.will;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.PublishMark;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.retain.RetainedStore;
import io.magnetar.mqtt.routing.Match;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Publishes wills, MQTT 5.0 section 3.1.2.5: to the logs and to live subscribers, like any publish, and with no one to answer.
 *
 * <p>Thread: any.
 */
public final class WillPublisher {
    private final SessionServices services;

    public WillPublisher(SessionServices services) {
        this.services = services;
    }

    /**
     * Publishes a will.
     *
     * @param mark goes into the logs with it, or null
     * @param whenDone runs once when all logs have answered, on any thread
     */
    public void publish(Connect.Will will, Publisher publisher, @Nullable PublishMark mark, Runnable whenDone) {
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
        RetainedStore retained = services.retained().store(publisher.namespace());
        boolean retains = will.retain() && services.retained().isAvailable() && keep(retained, message);
        Match match = services.routing().table(publisher.namespace()).match(will.topic());
        SharedPublish publish = new SharedPublish(message);
        List<StreamDefinition> logs = match.logs(will.qos());
        if (will.qos() != Qos.EXACTLY_ONCE) {
            match.deliver(publish);
        }
        // One more, so that it is done with no log at all.
        Logged logged = new Logged(match, publish, logs, retains, whenDone);
        logs.forEach(log -> services.appender().append(log, message, logged));
        if (retains) {
            retained.append(message, logged);
        }
        logged.appended(null);
    }

    private boolean keep(RetainedStore retained, Message message) {
        boolean kept = retained.keep(message) == null;
        if (!kept) {
            services.counters().count(Counter.RETAINED_REFUSED);
        }
        return kept;
    }

    /** Waits for the logs. Thread: any. */
    private final class Logged implements AppendListener {
        private final Match match;
        private final SharedPublish publish;
        private final AtomicInteger waitingFor;
        private final Runnable whenDone;

        Logged(Match match, SharedPublish publish, List<StreamDefinition> logs, boolean retains, Runnable whenDone) {
            this.match = match;
            this.publish = publish;
            this.waitingFor = new AtomicInteger(logs.size() + (retains ? 1 : 0) + 1);
            this.whenDone = whenDone;
        }

        @Override
        public void appended(@Nullable StreamFailure failure) {
            if (failure != null) {
                services.counters().count(Counter.DROPPED_APPEND_FAILED);
            }
            if (waitingFor.decrementAndGet() == 0) {
                if (publish.message().qos() == Qos.EXACTLY_ONCE) {
                    match.deliver(publish);
                }
                whenDone.run();
            }
        }
    }
}
