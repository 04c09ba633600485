package io.magnetar.mqtt.queue;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.packet.Acknowledgement;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.mqtt.queue.Delivery.State;
import io.magnetar.mqtt.record.ProgressLog;
import io.magnetar.mqtt.record.SessionProgress.DeliveryRecord;
import io.magnetar.mqtt.record.SessionProgress.PartitionProgress;
import io.magnetar.stream.Position;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is on its way to a durable session at QoS 1 and 2, whatever log it comes from.
 *
 * <pre>
 *   QoS 1   PUBLISH ... PUBACK -> done, recorded within a second
 *   QoS 2   (packet id, position) recorded -> PUBLISH ... PUBREC -> done, recorded -> PUBREL ... PUBCOMP -> packet id free
 *   a new connection: PUBREL for each packet id whose PUBREC came; each message that was on its way is met in its log again and
 *   sent with its packet id and DUP [MQTT-4.4.0-1], before what follows it there [MQTT-4.6.0-6]
 * </pre>
 *
 * What is recorded survives the broker's death. So at QoS 2 the client sees the same message with the same packet id or not at all,
 * and a packet id is not used for another message before the client knows that it is free.
 *
 * <p>Thread: the session's owner.
 */
public final class Deliveries implements OutboundPublishFlow.OwedFlow {
    /** How many messages groups may have lent, as a multiple of the window. */
    private static final int LENT_WINDOWS = 8;

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
    private boolean started;
    private boolean ended;

    private record Outgoing(Delivery delivery, Message message, Form form) {}

    /** What became of a message that was met in a log. */
    public enum Met {
        /** It was not taken before. */
        NEW,
        /** It is done, or on its way. */
        TAKEN,
        /** It is to go out again, and there is no room for it now. */
        NO_ROOM
    }

    /** @param resumed packet ids after PUBREC, of the session before this connection */
    public Deliveries(
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
        outbound.passTo(this);
    }

    /** CONNACK has left. */
    void start() {
        started = true;
        releasing.forEach((packetId, recorded) -> {
            if (recorded) {
                pubRel(packetId, ReasonCode.SUCCESS);
            }
        });
    }

    /** The connection ends: nothing leaves any more. */
    void end() {
        ended = true;
    }

    private void pubRel(int packetId, ReasonCode code) {
        if (started && !ended) {
            sink.acknowledge(PacketType.PUBREL, packetId, code, null);
        }
    }

    /** Whether one more message may be taken. */
    public boolean hasRoom() {
        return !ended && outbound.canSend(Qos.AT_LEAST_ONCE);
    }

    int maxLent() {
        return LENT_WINDOWS * outbound.windowSize();
    }

    /** Keeps the packet ids of what an earlier connection sent. */
    public void hold(Taken taken) {
        taken.all().stream().filter(delivery -> delivery.state == State.HELD).forEach(this::hold);
    }

    void hold(Delivery delivery) {
        outbound.hold(delivery.packetId);
        onTheirWay.put(delivery.packetId, delivery);
    }

    /** A message was met in its log: what an earlier connection sent of it goes out again. */
    public Met meet(Taken taken, Position position, Message message, @Nullable Form form) {
        Delivery delivery = taken.get(position);
        if (delivery == null) {
            return taken.isDone(position) ? Met.TAKEN : Met.NEW;
        }
        if (delivery.state != State.HELD) {
            return Met.TAKEN;
        }
        Form again = form == null ? new Form(delivery.qos, false, new int[0]) : form;
        return sendAgain(delivery, message, again) ? Met.TAKEN : Met.NO_ROOM;
    }

    /** Sends what an earlier connection sent. @return false when there is no room for it */
    boolean sendAgain(Delivery delivery, Message message, Form form) {
        if (ended || !outbound.canSend(delivery.qos)) {
            return false;
        }
        outbound.resume(delivery.packetId);
        delivery.place.resent(delivery);
        send(new Outgoing(delivery, message, form), true);
        return true;
    }

    /** Sends a message at QoS 1 or 2; {@link #hasRoom} must have said yes. */
    public void take(Taken taken, Position position, Qos qos, Message message, Form form) {
        boolean exactlyOnce = qos == Qos.EXACTLY_ONCE;
        Delivery delivery = new Delivery(
                taken, position, taken.examined(), qos, outbound.takeOwedId(), exactlyOnce ? State.SAVING : State.SENT);
        taken.add(delivery);
        begin(delivery, message, form);
    }

    /** Sends a message that was taken: at QoS 2 when that is recorded. */
    void begin(Delivery delivery, Message message, Form form) {
        if (delivery.qos == Qos.EXACTLY_ONCE) {
            sendWhenSaved(delivery, message, form, () -> {
                delivery.state = State.SENT;
                return true;
            });
            return;
        }
        onTheirWay.put(delivery.packetId, delivery);
        if (saving.isEmpty()) {
            progress.changed();
            send(new Outgoing(delivery, message, form), false);
        } else {
            saving.add(new Outgoing(delivery, message, form));
        }
    }

    /** @param saved what is to be done when it is recorded; false when it is not to be sent any more */
    void sendWhenSaved(Delivery delivery, Message message, Form form, BooleanSupplier saved) {
        onTheirWay.put(delivery.packetId, delivery);
        saving.add(new Outgoing(delivery, message, form));
        progress.afterSave(() -> {
            if (saved.getAsBoolean()) {
                sendSaved();
            }
        });
    }

    /** Sends what is recorded, in the order in which it was taken. */
    private void sendSaved() {
        while (!ended && !saving.isEmpty() && saving.peek().delivery().state != State.SAVING) {
            send(saving.poll(), false);
        }
    }

    private void send(Outgoing next, boolean again) {
        Delivery delivery = next.delivery();
        boolean retain = next.message().retain() && next.form().retainAsPublished();
        boolean sent = sink.publish(
                next.message(),
                delivery.qos,
                again,
                retain,
                delivery.packetId,
                next.form().subscriptionIds());
        if (sent) {
            counters.count(delivery.place.countedAs());
        } else {
            // A packet that the client cannot take counts as delivered [MQTT-3.1.2-25].
            counters.drop(Drop.TOO_LARGE, namespace);
            settle(delivery);
            progress.changed();
        }
    }

    private void settle(Delivery delivery) {
        giveUp(delivery);
        delivery.place.done(delivery);
    }

    /** What was on its way is no longer in its log. */
    public void lost(Delivery delivery) {
        counters.drop(Drop.EXPIRED, namespace);
        giveUp(delivery);
        progress.changed();
    }

    private void giveUp(Delivery delivery) {
        onTheirWay.remove(delivery.packetId);
        outbound.giveBack(delivery.packetId);
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
        release(packetId);
        return true;
    }

    /** PUBREL leaves when it is recorded that the message is done. */
    private void release(int packetId) {
        releasing.put(packetId, false);
        progress.afterSave(() -> {
            if (releasing.replace(packetId, true) != null) {
                pubRel(packetId, ReasonCode.SUCCESS);
            }
        });
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

    /**
     * What was on its way is wanted no longer. What has left on this connection is completed, and so is a QoS 2 exchange of an earlier
     * one, with PUBREL: the client may have begun it, and must not take the next message of the packet id for the same.
     */
    public void abandon(Taken taken) {
        for (Delivery delivery : taken.all()) {
            if (delivery.state == State.DONE) {
                continue;
            }
            delivery.abandoned = true;
            if (delivery.state == State.HELD) {
                abandon(delivery);
            }
        }
        progress.changed();
    }

    /** The same for one that is held. */
    void abandon(Delivery delivery) {
        onTheirWay.remove(delivery.packetId);
        if (delivery.qos == Qos.EXACTLY_ONCE) {
            release(delivery.packetId);
        } else {
            outbound.giveBack(delivery.packetId);
        }
    }

    /** The same for what an earlier connection recorded, before {@link #start}. */
    public void abandon(PartitionProgress recorded) {
        for (DeliveryRecord delivery : recorded.deliveries()) {
            if (delivery.qos() == Qos.EXACTLY_ONCE && delivery.packetId() != DeliveryRecord.DONE) {
                outbound.hold(delivery.packetId());
                releasing.put(delivery.packetId(), true);
            }
        }
    }

    /** The packet ids after PUBREC, for the record, and those of QoS 2 messages that will not be met again. */
    public List<Integer> releasing() {
        return Stream.concat(
                        releasing.keySet().stream(),
                        onTheirWay.values().stream()
                                .filter(delivery -> delivery.abandoned && delivery.qos == Qos.EXACTLY_ONCE)
                                .map(delivery -> delivery.packetId))
                .toList();
    }
}
