package io.magnetar.mqtt.queue;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.mqtt.queue.Delivery.State;
import io.magnetar.mqtt.record.ProgressLog;
import io.magnetar.mqtt.record.RetainedRecord;
import io.magnetar.mqtt.record.RetainedWalkRecord;
import io.magnetar.mqtt.record.SessionProgress;
import io.magnetar.mqtt.retain.RetainedStore;
import io.magnetar.stream.Position;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The retained messages that are on their way to a durable session at QoS 1 and 2, because it has subscribed.
 *
 * <p>They are in no queue. What was on its way when a connection ended is looked for among the retained messages of the namespace: it
 * goes out again with its packet id and DUP [MQTT-4.4.0-1] while it is the one of its topic. When it is not, a QoS 2 exchange is
 * completed with PUBREL, so that the client does not take the next message of the packet id for the same; and the topic's message of
 * now is sent when it was published at QoS 0, for then it is not owed.
 *
 * <p>Thread: the session's owner.
 */
public final class RetainedMessages implements DeliveryPlace, OutboundPublishFlow.Backlog {
    private static final int[] NO_IDS = {};

    private final SessionServices services;
    private final RetainedStore store;
    private final OutboundPublishFlow outbound;
    private final Deliveries deliveries;
    private final ProgressLog progress;
    private final Map<Delivery, RetainedRecord> onTheirWay = new LinkedHashMap<>();
    /** The walks that have not come to their end, by filter. */
    private final Map<String, Supplier<RetainedWalkRecord>> walks = new LinkedHashMap<>();

    private int held;
    private boolean started;

    /** @param last the progress of the last connection: what was on its way, and where its walks were */
    public RetainedMessages(
            SessionServices services,
            RetainedStore store,
            OutboundPublishFlow outbound,
            Deliveries deliveries,
            ProgressLog progress,
            SessionProgress last) {
        this.services = services;
        this.store = store;
        this.outbound = outbound;
        this.deliveries = deliveries;
        this.progress = progress;
        last.walks().forEach(walk -> walks.put(walk.filter(), () -> walk));
        for (RetainedRecord record : last.retained()) {
            Delivery delivery = delivery(record.qos(), record.packetId(), State.HELD);
            onTheirWay.put(delivery, record);
            deliveries.hold(delivery);
        }
        held = onTheirWay.size();
        outbound.add(this);
    }

    private Delivery delivery(Qos qos, int packetId, State state) {
        return new Delivery(this, Position.START, Position.START, qos, packetId, state);
    }

    /** CONNACK has left. */
    public void start() {
        started = true;
        drain();
    }

    /** Sends a message at QoS 1 or 2; the outbound flow must have said that it can. */
    public void send(Message message, Qos qos, int subscriptionId) {
        State first = qos == Qos.EXACTLY_ONCE ? State.SAVING : State.SENT;
        Delivery delivery = delivery(qos, outbound.takeOwedId(), first);
        onTheirWay.put(
                delivery,
                new RetainedRecord(message.topic(), message.timestampMicros(), qos, delivery.packetId, subscriptionId));
        deliveries.begin(delivery, message, form(qos, subscriptionId));
    }

    private static Form form(Qos qos, int subscriptionId) {
        return new Form(qos, true, ids(subscriptionId));
    }

    private static int[] ids(int subscriptionId) {
        return subscriptionId == 0 ? NO_IDS : new int[] {subscriptionId};
    }

    /** Sends again what an earlier connection sent, as far as there is room. */
    @Override
    public void drain() {
        if (!started || held == 0) {
            return;
        }
        for (Map.Entry<Delivery, RetainedRecord> entry : List.copyOf(onTheirWay.entrySet())) {
            if (entry.getKey().state == State.HELD && !sendAgain(entry.getKey(), entry.getValue())) {
                return;
            }
        }
    }

    private boolean sendAgain(Delivery delivery, RetainedRecord sent) {
        Message now = store.message(sent.topic());
        boolean isSame = now != null && now.timestampMicros() == sent.receivedMicros();
        if (now != null && isSame && !isExpired(now)) {
            return deliveries.sendAgain(delivery, now, form(sent.qos(), sent.subscriptionId()));
        }
        held--;
        onTheirWay.remove(delivery);
        deliveries.abandon(delivery);
        progress.changed();
        if (!isSame) {
            sendLater(now, sent);
        }
        return true;
    }

    /** Sends what has taken the place of a message, unless the queue has it for the client. */
    private void sendLater(@Nullable Message now, RetainedRecord sent) {
        if (now != null && now.qos() == Qos.AT_MOST_ONCE && !isExpired(now) && outbound.canSend(Qos.AT_MOST_ONCE)) {
            outbound.send(now, Qos.AT_MOST_ONCE, true, ids(sent.subscriptionId()));
            services.counters().count(Counter.RETAINED_MESSAGES_DELIVERED);
        }
    }

    private boolean isExpired(Message message) {
        return message.properties().expiresAtMillis() <= services.clock().millis();
    }

    @Override
    public Counter countedAs() {
        return Counter.RETAINED_MESSAGES_DELIVERED;
    }

    @Override
    public void done(Delivery delivery) {
        delivery.state = State.DONE;
        onTheirWay.remove(delivery);
    }

    @Override
    public void resent(Delivery delivery) {
        delivery.state = State.SENT;
        held--;
    }

    /** Where the walk of a subscription was when the last connection ended; null when it was at its end, or there was none. */
    public @Nullable RetainedWalkRecord walk(String filter) {
        Supplier<RetainedWalkRecord> walk = walks.get(filter);
        return walk == null ? null : walk.get();
    }

    /** A walk begins, in the place of one of the same filter. */
    public void walks(String filter, Supplier<RetainedWalkRecord> walk) {
        walks.put(filter, walk);
    }

    /** {@code then} runs at the owner when it is recorded where the walks are. */
    public void recordWalks(Runnable then) {
        progress.afterSave(then);
    }

    /** The walk of a filter has come to its end, or is not wanted any more. */
    public void walked(String filter) {
        if (walks.remove(filter) != null) {
            progress.changed();
        }
    }

    /** Where the walks are, for the record. */
    public List<RetainedWalkRecord> walks() {
        return walks.values().stream().map(Supplier::get).toList();
    }

    /** What is on its way, for the record. */
    public List<RetainedRecord> records() {
        return List.copyOf(onTheirWay.values());
    }
}
