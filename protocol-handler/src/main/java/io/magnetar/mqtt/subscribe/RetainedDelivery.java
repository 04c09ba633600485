package io.magnetar.mqtt.subscribe;

import io.magnetar.message.Message;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.mqtt.queue.RetainedMessages;
import io.magnetar.mqtt.record.RetainedWalkRecord;
import io.magnetar.mqtt.retain.RetainedMessage;
import io.magnetar.mqtt.retain.RetainedStore;
import io.magnetar.mqtt.retain.RetainedWalk;
import io.magnetar.topic.TopicFilter;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The retained messages of one subscription on their way to the client, as fast as its window and its socket take them. It holds
 * no message: one that changes meanwhile is sent as it is when its turn comes, or not at all when the client gets the change live.
 *
 * <p>Thread: the connection's owner.
 */
final class RetainedDelivery implements OutboundPublishFlow.Backlog {
    /** So many in one go, so that a filter that matches a million topics, or none of them, does not stop its event loop. */
    private static final int MESSAGES_PER_TURN = 512;

    private static final int LOOKS_PER_TURN = 2_048;
    private static final long NEXT_TURN_MILLIS = 1;
    private static final int[] NO_IDS = {};
    /** Behind all topics: the highest character that none has. */
    private static final String END = "\uFFFF";

    private final SessionServices services;
    private final Owner owner;
    private final OutboundPublishFlow outbound;
    private final @Nullable RetainedMessages durable;
    private final Subscription subscription;
    private final Runnable onEnd;
    private final RetainedWalk walk;
    private final boolean isResumed;
    private final int[] subscriptionIds;
    /** What is published here from now on at QoS 1 or 2 comes live, or from the queue. */
    private long sinceMicros = RetainedWalkRecord.NOT_BEGUN;
    /** What is published at QoS 0 from now on comes live. */
    private long liveMicros = RetainedWalkRecord.NOT_BEGUN;

    private boolean turnPlanned;
    private boolean closed;

    /** What was subscribed to, and by whom. */
    record Subscription(Publisher subscriber, TopicFilter filter, Subscribe.Request request, int subscriptionId) {}

    /**
     * @param durable takes what is sent at QoS 1 and 2; null when the session ends with the connection
     * @param resumed where an earlier connection was; null to begin
     * @param onEnd called once when all is sent
     */
    RetainedDelivery(
            SessionServices services,
            Owner owner,
            OutboundPublishFlow outbound,
            @Nullable RetainedMessages durable,
            Subscription subscription,
            @Nullable RetainedWalkRecord resumed,
            Runnable onEnd) {
        this.services = services;
        this.owner = owner;
        this.outbound = outbound;
        this.durable = durable;
        this.subscription = subscription;
        this.onEnd = onEnd;
        RetainedStore store =
                services.retained().store(subscription.subscriber().namespace());
        this.isResumed = resumed != null;
        this.walk = resumed == null
                ? store.walk(subscription.filter())
                : store.walk(subscription.filter(), resumed.place());
        if (resumed != null) {
            sinceMicros = resumed.sinceMicros();
        }
        if (durable != null && subscription.request().qos() != Qos.AT_MOST_ONCE) {
            durable.walks(subscription.filter().value(), this::record);
        }
        this.subscriptionIds =
                subscription.subscriptionId() == Subscribe.NO_ID ? NO_IDS : new int[] {subscription.subscriptionId()};
    }

    private RetainedWalkRecord record() {
        String place = walk.place();
        return new RetainedWalkRecord(subscription.filter().value(), place == null ? END : place, sinceMicros);
    }

    /**
     * {@code then} runs when a durable session will go on with it on whatever broker: when there is nothing to send, at once. The SUBACK
     * is to wait for that.
     */
    void whenRecorded(Runnable then) {
        boolean maySend = walk.peek(LOOKS_PER_TURN) != null || !walk.isAtEnd();
        if (durable != null && maySend && !closed && subscription.request().qos() != Qos.AT_MOST_ONCE) {
            durable.recordWalks(then);
        } else {
            then.run();
        }
    }

    /**
     * The subscription has been answered, or taken up again. What was published before that may come twice: it would be too early to count on the
     * queue of a durable session while the subscription is on its way into the session's record.
     */
    void start() {
        if (!closed) {
            liveMicros = services.clock().nextMicros();
            outbound.add(this);
            if (isResumed) {
                planTurn(); // What the earlier connection has sent goes first.
            } else {
                sinceMicros = liveMicros;
                drain();
            }
        }
    }

    @Override
    public void drain() {
        int sent = 0;
        while (!closed && sent < MESSAGES_PER_TURN) {
            RetainedMessage next = walk.peek(LOOKS_PER_TURN);
            if (next == null) {
                if (walk.isAtEnd()) {
                    finish();
                }
                break;
            }
            Qos qos = next.message().qos().min(subscription.request().qos());
            if (!outbound.canSend(qos)) {
                return;
            }
            walk.advance();
            if (isWanted(next)) {
                send(next.message(), qos);
                sent++;
            }
        }
        planTurn();
    }

    private void send(Message message, Qos qos) {
        if (durable != null && qos != Qos.AT_MOST_ONCE) {
            durable.send(message, qos, subscription.subscriptionId());
            return;
        }
        outbound.send(message, qos, true, subscriptionIds);
        services.counters().count(Counter.RETAINED_MESSAGES_DELIVERED);
    }

    private boolean isWanted(RetainedMessage next) {
        Message message = next.message();
        boolean cameLive =
                next.subscribersSoughtMicros() > (message.qos() == Qos.AT_MOST_ONCE ? liveMicros : sinceMicros);
        String clientId = message.publisher().clientId();
        boolean own = subscription.request().noLocal()
                && clientId != null
                && clientId.equals(subscription.subscriber().clientId()); // [MQTT-3.8.3-3]
        return !cameLive
                && !own
                && message.properties().expiresAtMillis() > services.clock().millis();
    }

    /** Goes on in a later turn of the owner, after others. */
    private void planTurn() {
        if (!closed && !turnPlanned) {
            turnPlanned = true;
            owner.schedule(
                    () -> {
                        turnPlanned = false;
                        drain();
                    },
                    NEXT_TURN_MILLIS,
                    TimeUnit.MILLISECONDS);
        }
    }

    /** Is forgotten when the flow that is asking its backlogs has asked them all. */
    private void finish() {
        closed = true;
        if (durable != null) {
            durable.walked(subscription.filter().value());
        }
        owner.execute(() -> outbound.remove(this));
        onEnd.run();
    }

    void close() {
        closed = true;
        outbound.remove(this);
    }
}
