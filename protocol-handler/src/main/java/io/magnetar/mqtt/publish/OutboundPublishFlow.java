package io.magnetar.mqtt.publish;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.counters.Latency;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.packet.Acknowledgement;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.publish.PacketIdWindow.Lent;
import io.magnetar.mqtt.publish.PacketIdWindow.State;
import io.magnetar.mqtt.routing.Target;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What is on its way to a client.
 *
 * <pre>
 *   QoS 0   written while the outbound buffer has room, else dropped and counted
 *   QoS 1   PUBLISH ... PUBACK -> done
 *   QoS 2   PUBLISH ... PUBREC -> PUBREL ... PUBCOMP -> done ; PUBREC with an error -> done [MQTT-4.3.3-4]
 * </pre>
 *
 * QoS 1 and 2 keep within the client's Receive Maximum [MQTT-3.3.4-9]; what does not fit waits in a bounded queue, and what does
 * not fit there is dropped and counted. Backlogs, which can wait without memory, are drained when the queue is empty.
 *
 * <p>Thread: the connection's owner.
 */
public final class OutboundPublishFlow {
    /** A source of messages that is asked again whenever there is room. */
    public interface Backlog {
        void drain();
    }

    /** The flow of what a durable session is owed: it knows its packet ids itself. */
    public interface OwedFlow {
        /** PUBACK, PUBREC or PUBCOMP of the client; false when the packet id is not of this flow. */
        boolean onAcknowledgement(Acknowledgement ack);
    }

    /**
     * Who lets the client have a message that is another's when this one leaves: told when the client is done with it, and given
     * it back when the session ends before that.
     */
    public interface Lender {
        /** The client has received the message at QoS 2 (PUBREC came). */
        default void received() {}

        /** The client has the message, or has refused it, or may have it at QoS 2; its place in the window is free. */
        void settled();

        /** The session has ended, and the client has not acknowledged the message. In the order in which they were sent. */
        void giveBack(SharedPublish publish);
    }

    private final SessionServices services;
    private final PacketSink sink;
    private final PacketIdWindow window;
    private final ArrayDeque<Queued> queue = new ArrayDeque<>();
    private final List<Backlog> backlogs = new ArrayList<>();
    private long queuedBytes;
    private int firstBacklog;
    private OwedFlow owed = ack -> false;

    private record Queued(SharedPublish publish, Target target) {
        int bytes() {
            return publish.message().weight();
        }

        Qos qos() {
            return publish.message().qos().min(target.qos());
        }
    }

    /** @param receiveMaximum the client's, 1 to 65,535 */
    public OutboundPublishFlow(SessionServices services, PacketSink sink, int receiveMaximum) {
        this.services = services;
        this.sink = sink;
        this.window =
                new PacketIdWindow(Math.min(receiveMaximum, services.limits().maxInflightMessages()));
    }

    /** Passes acknowledgements to the flow of a durable session first. */
    public void passTo(OwedFlow flow) {
        owed = flow;
    }

    /** How many QoS 1 and 2 messages may be on their way at once. */
    public int windowSize() {
        return window.limit();
    }

    /** How many QoS 1 and 2 messages are on their way. */
    public int inFlight() {
        return window.inUse();
    }

    /** How many QoS 1 and 2 messages wait in memory. */
    public int queued() {
        return queue.size();
    }

    /** Their weight. */
    public long queuedBytes() {
        return queuedBytes;
    }

    /** Takes a packet id for a message that is owed; {@link #canSend} must have said yes. */
    public int takeOwedId() {
        return window.take(State.OWED);
    }

    /** Keeps a packet id of an earlier connection out of use. */
    public void hold(int packetId) {
        window.hold(packetId);
    }

    /** Takes a packet id that was held, for its message is sent again; {@link #canSend} must have said yes. */
    public void resume(int packetId) {
        window.resume(packetId);
    }

    /** Gives back a packet id of a message that is owed no longer. */
    public void giveBack(int packetId) {
        window.giveBack(packetId);
    }

    /** Takes a live message for the client. */
    public void deliver(SharedPublish publish, Target target) {
        Qos qos = publish.message().qos().min(target.qos());
        if (qos == Qos.AT_MOST_ONCE) {
            if (sink.isWritable()) {
                send(publish, target, qos);
            } else {
                services.counters()
                        .drop(
                                sink.isPaced() ? Drop.RATE_LIMITED : Drop.OUTBOUND_BUFFER_FULL,
                                publish.message().publisher().namespace());
            }
        } else if (queue.isEmpty() && canSend(qos)) {
            send(publish, target, qos);
        } else {
            enqueue(new Queued(publish, target));
        }
    }

    private void enqueue(Queued queued) {
        if (queue.size() >= services.limits().maxQueuedMessages()
                || queuedBytes + queued.bytes() > services.limits().maxQueuedBytes()) {
            services.counters()
                    .drop(
                            Drop.QUEUE_FULL,
                            queued.publish().message().publisher().namespace());
            return;
        }
        queue.add(queued);
        queuedBytes += queued.bytes();
    }

    private void send(SharedPublish publish, Target target, Qos qos) {
        send(publish, target, qos, takePacketId(qos));
    }

    private void send(SharedPublish publish, Target target, Qos qos, int packetId) {
        Message message = publish.message();
        boolean inSharedForm = target.takesSharedForm(message)
                && publish.hasForm(target.subscriber().version(), packetId != 0);
        boolean sent = inSharedForm
                ? sink.publish(publish, qos, packetId)
                : sink.publish(
                        message,
                        qos,
                        false,
                        message.retain() && target.retainAsPublished(),
                        packetId,
                        target.subscriptionIds());
        settle(sent, publish.message(), qos, packetId);
    }

    /** Tells whether a live message would leave at once. */
    public boolean takesNow(Qos qos) {
        return canSend(qos) && (qos == Qos.AT_MOST_ONCE || queue.isEmpty());
    }

    /** Sends a message on loan; {@link #takesNow} must have said yes. At QoS 0 nothing is ever given back. */
    public void lend(SharedPublish publish, Target target, Lender lender) {
        Qos qos = publish.message().qos().min(target.qos());
        int packetId = takePacketId(qos);
        if (packetId != 0) {
            window.lend(packetId, new Lent(publish, lender));
        }
        send(publish, target, qos, packetId);
    }

    /** Sends a message on loan in a form of its own; {@link #canSend} must have said yes. At QoS 0 nothing is ever given back. */
    public void lend(Message message, Qos qos, boolean retain, int[] subscriptionIds, Lender lender) {
        int packetId = takePacketId(qos);
        if (packetId != 0) {
            window.lend(packetId, new Lent(new SharedPublish(message), lender));
        }
        settle(sink.publish(message, qos, false, retain, packetId, subscriptionIds), message, qos, packetId);
    }

    /** Tells whether a message of a backlog may be sent now. */
    public boolean canSend(Qos qos) {
        return sink.isWritable() && (qos == Qos.AT_MOST_ONCE || !window.isFull());
    }

    /** Sends a message in a form of its own; {@link #canSend} must have said yes. */
    public void send(Message message, Qos qos, boolean retain, int[] subscriptionIds) {
        int packetId = takePacketId(qos);
        settle(sink.publish(message, qos, false, retain, packetId, subscriptionIds), message, qos, packetId);
    }

    private int takePacketId(Qos qos) {
        return switch (qos) {
            case AT_MOST_ONCE -> 0;
            case AT_LEAST_ONCE -> window.take(State.AWAITS_PUBACK);
            case EXACTLY_ONCE -> window.take(State.AWAITS_PUBREC);
        };
    }

    /** A packet that the client cannot take counts as delivered [MQTT-3.1.2-25]. */
    private void settle(boolean sent, Message message, Qos qos, int packetId) {
        if (sent) {
            return;
        }
        services.counters().drop(Drop.TOO_LARGE, message.publisher().namespace());
        if (qos != Qos.AT_MOST_ONCE) {
            free(packetId, qos == Qos.AT_LEAST_ONCE ? State.AWAITS_PUBACK : State.AWAITS_PUBREC);
        }
    }

    private void free(int packetId, State from) {
        Lent lent = window.lent(packetId);
        if (window.move(packetId, from, State.FREE) && lent != null) {
            lent.lender().settled();
        }
    }

    /** PUBACK, PUBREC or PUBCOMP of the client. */
    public void onAcknowledgement(Acknowledgement ack) {
        if (owed.onAcknowledgement(ack)) {
            drain();
            return;
        }
        int packetId = ack.packetId();
        switch (ack.type()) {
            case PUBACK -> free(packetId, State.AWAITS_PUBACK);
            case PUBCOMP -> free(packetId, State.AWAITS_PUBCOMP);
            case PUBREC -> onPubRec(ack);
            default -> throw new IllegalArgumentException(ack.type() + " is not for what goes out");
        }
        drain();
    }

    private void onPubRec(Acknowledgement ack) {
        int packetId = ack.packetId();
        if (ack.isError()) {
            free(packetId, State.AWAITS_PUBREC);
            return;
        }
        Lent lent = window.lent(packetId);
        boolean received = window.move(packetId, State.AWAITS_PUBREC, State.AWAITS_PUBCOMP);
        if (received && lent != null) {
            lent.lender().received();
        }
        boolean known = received || window.move(packetId, State.AWAITS_PUBCOMP, State.AWAITS_PUBCOMP);
        sink.acknowledge(
                PacketType.PUBREL, packetId, known ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, null);
    }

    /**
     * The connection has ended: what waits is given up, also by those who still know the session. What was lent at QoS 1 is given
     * back; at QoS 2 it is not, for the client may have it and nobody else must get it [MQTT-4.8.2-5].
     */
    public void end() {
        for (PacketIdWindow.Unanswered unanswered : window.unanswered()) {
            Lent lent = unanswered.message();
            if (unanswered.waitsFor() == State.AWAITS_PUBACK) {
                lent.lender().giveBack(lent.publish());
            } else {
                lent.lender().settled();
            }
        }
        queue.clear();
        backlogs.clear();
        queuedBytes = 0;
    }

    public void add(Backlog backlog) {
        backlogs.add(backlog);
    }

    public void remove(Backlog backlog) {
        backlogs.remove(backlog);
    }

    /** Sends what waits, as far as there is room: the queue first, then the backlogs, each time beginning with another. */
    public void drain() {
        while (!queue.isEmpty() && canSend(queue.peek().qos())) {
            Queued queued = queue.poll();
            queuedBytes -= queued.bytes();
            if (queued.publish().message().properties().expiresAtMillis()
                    <= services.clock().millis()) {
                services.counters()
                        .drop(
                                Drop.EXPIRED,
                                queued.publish().message().publisher().namespace());
            } else {
                services.counters()
                        .latency(Latency.QUEUE)
                        .recordMicros(
                                TimeUnit.MILLISECONDS.toMicros(services.clock().millis())
                                        - queued.publish().message().timestampMicros());
                send(queued.publish(), queued.target(), queued.qos());
            }
        }
        int count = backlogs.size();
        for (int i = 0; i < count && queue.isEmpty() && sink.isWritable(); i++) {
            backlogs.get((firstBacklog + i) % count).drain();
        }
        firstBacklog = count == 0 ? 0 : (firstBacklog + 1) % count;
    }
}
