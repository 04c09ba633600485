package io.magnetar.mqtt.queue;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.packet.Acknowledgement;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.mqtt.queue.Delivery.State;
import io.magnetar.mqtt.record.ProgressLog;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The packets between a durable session and its client about what it is owed, by packet id, from PUBLISH until the id is free.
 *
 * <pre>
 *   QoS 1   PUBLISH ... PUBACK -> done, recorded within a second
 *   QoS 2   (packet id, position) recorded -> PUBLISH ... PUBREC -> done, recorded -> PUBREL ... PUBCOMP -> packet id free
 *   a new connection: PUBREL for each packet id whose PUBREC came
 * </pre>
 *
 * What is recorded survives the broker's death. So at QoS 2 the client sees the same message with the same packet id or not at all,
 * and a packet id is not used for another message before the client knows that it is free.
 *
 * <p>Thread: the session's owner.
 */
final class OwedExchanges implements OutboundPublishFlow.OwedFlow {
    private final Counters counters;
    private final Namespace namespace;
    private final PacketSink sink;
    private final OutboundPublishFlow outbound;
    private final ProgressLog progress;

    /** Taken, and neither acknowledged nor refused. */
    private final Map<Integer, Delivery> onTheirWay = new HashMap<>();
    /** Packet ids after PUBREC, and whether that is recorded, so that PUBREL has left. */
    private final Map<Integer, Boolean> releasing = new LinkedHashMap<>();

    private final ArrayDeque<Outgoing> saving = new ArrayDeque<>();
    private boolean ended;

    private record Outgoing(Delivery delivery, Message message, Owed.Form form) {}

    /** @param resumed packet ids whose PUBREC came on an earlier connection */
    OwedExchanges(
            Counters counters,
            Namespace namespace,
            PacketSink sink,
            OutboundPublishFlow outbound,
            ProgressLog progress,
            List<Integer> resumed) {
        this.counters = counters;
        this.namespace = namespace;
        this.sink = sink;
        this.outbound = outbound;
        this.progress = progress;
        resumed.forEach(packetId -> {
            releasing.put(packetId, true);
            outbound.hold(packetId);
        });
    }

    /** A message was on its way when the last connection ended: its packet id is not free. */
    void hold(Delivery delivery) {
        outbound.hold(delivery.packetId);
        onTheirWay.put(delivery.packetId, delivery);
    }

    /** CONNACK has left. */
    void start() {
        releasing.keySet().forEach(packetId -> pubRel(packetId, ReasonCode.SUCCESS));
    }

    private void pubRel(int packetId, ReasonCode code) {
        if (!ended) {
            sink.acknowledge(PacketType.PUBREL, packetId, code, null);
        }
    }

    /** Sends a message that was taken: at QoS 2 when that is recorded, and none before those that were taken earlier. */
    void begin(Delivery delivery, Message message, Owed.Form form) {
        if (delivery.qos == Qos.EXACTLY_ONCE) {
            beginWhenSaved(delivery, message, form, () -> {
                delivery.state = State.SENT;
                return true;
            });
            return;
        }
        onTheirWay.put(delivery.packetId, delivery);
        if (saving.isEmpty()) {
            progress.changed();
            send(delivery, message, form, false);
        } else {
            saving.add(new Outgoing(delivery, message, form));
        }
    }

    /**
     * Sends a message that was taken when that is recorded.
     *
     * @param onSaved runs then; false when nothing is to be sent because of it
     */
    void beginWhenSaved(Delivery delivery, Message message, Owed.Form form, BooleanSupplier onSaved) {
        onTheirWay.put(delivery.packetId, delivery);
        saving.add(new Outgoing(delivery, message, form));
        progress.afterSave(() -> {
            if (onSaved.getAsBoolean()) {
                sendSaved();
            }
        });
    }

    /** Sends what is recorded, in the order in which it was taken. */
    private void sendSaved() {
        while (!ended && !saving.isEmpty() && saving.peek().delivery().state != State.SAVING) {
            Outgoing next = saving.poll();
            send(next.delivery(), next.message(), next.form(), false);
        }
    }

    /** Sends what an earlier connection sent. @return false when there is no room for it */
    boolean sendAgain(Delivery delivery, Message message, Owed.@Nullable Form form) {
        if (!outbound.canSend(delivery.qos)) {
            return false;
        }
        outbound.resume(delivery.packetId);
        delivery.place.resent(delivery);
        send(delivery, message, form == null ? new Owed.Form(delivery.qos, false, new int[0]) : form, true);
        return true;
    }

    private void send(Delivery delivery, Message message, Owed.Form form, boolean again) {
        boolean retain = message.retain() && form.retainAsPublished();
        boolean sent = sink.publish(message, delivery.qos, again, retain, delivery.packetId, form.subscriptionIds());
        if (sent) {
            counters.count(Counter.MESSAGES_DELIVERED);
        } else {
            // A packet that the client cannot take counts as delivered [MQTT-3.1.2-25].
            counters.drop(Drop.TOO_LARGE, namespace);
            settle(delivery);
            progress.changed();
        }
    }

    private void settle(Delivery delivery) {
        onTheirWay.remove(delivery.packetId);
        outbound.giveBack(delivery.packetId);
        delivery.place.done(delivery);
    }

    /** What was on its way is no longer in the log. */
    void lost(Delivery delivery) {
        counters.drop(Drop.EXPIRED, namespace);
        onTheirWay.remove(delivery.packetId);
        outbound.giveBack(delivery.packetId);
        progress.changed();
    }

    @Override
    public boolean onAcknowledgement(Acknowledgement ack) {
        int packetId = ack.packetId();
        return switch (ack.type()) {
            case PUBACK -> onPubAck(packetId);
            case PUBREC -> onPubRec(packetId, ack.isError());
            case PUBCOMP -> onPubComp(packetId);
            default -> false;
        };
    }

    private boolean onPubAck(int packetId) {
        Delivery delivery = onTheirWay.get(packetId);
        if (delivery == null || delivery.qos != Qos.AT_LEAST_ONCE) {
            return false;
        }
        if (delivery.state == State.SENT) {
            settle(delivery);
            progress.changed();
        }
        return true;
    }

    private boolean onPubRec(int packetId, boolean refused) {
        Boolean recorded = releasing.get(packetId);
        if (recorded != null) {
            if (recorded) {
                pubRel(packetId, ReasonCode.SUCCESS);
            }
            return true;
        }
        Delivery delivery = onTheirWay.get(packetId);
        if (delivery == null || delivery.qos != Qos.EXACTLY_ONCE) {
            return false;
        }
        if (delivery.state != State.SENT) {
            return true;
        }
        if (refused) { // [MQTT-4.3.3-4]
            settle(delivery);
            progress.changed();
            return true;
        }
        onTheirWay.remove(packetId);
        delivery.place.done(delivery);
        releasing.put(packetId, false);
        progress.afterSave(() -> {
            if (releasing.replace(packetId, true) != null) {
                pubRel(packetId, ReasonCode.SUCCESS);
            }
        });
        return true;
    }

    private boolean onPubComp(int packetId) {
        if (!Boolean.TRUE.equals(releasing.get(packetId))) {
            return releasing.containsKey(packetId);
        }
        releasing.remove(packetId);
        outbound.giveBack(packetId);
        progress.changed();
        return true;
    }

    /** The packet ids after PUBREC, for the record. */
    List<Integer> releasing() {
        return List.copyOf(releasing.keySet());
    }

    /** The connection ends: nothing leaves any more. */
    void end() {
        ended = true;
    }
}
