package io.magnetar.mqtt.share;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.mqtt.queue.OwedMessages;
import io.magnetar.mqtt.routing.Target;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One client in one group. {@link SharedGroup} tells how they work together.
 *
 * <p>Thread: the client's owner, but for what the group calls from any: {@link #reserve}, {@link #hand}, {@link #hasRoom},
 * {@link #wake} and {@link #inflight}.
 */
final class Member implements OutboundPublishFlow.Backlog, OutboundPublishFlow.Lender, Candidate {
    private final Target target;
    private final Room room;
    private final OutboundPublishFlow outbound;
    private final Owner owner;
    /** Messages handed over that have not arrived at the owner. */
    private final AtomicInteger onTheWay = new AtomicInteger();

    private final AtomicBoolean woken = new AtomicBoolean();
    private final @Nullable OwedMessages durable;
    private @Nullable SharedGroup joined;
    private @Nullable Seat seat;
    private boolean left;

    /** @param durable what takes QoS 2 for a durable session, or null */
    Member(Target target, Room room, OutboundPublishFlow outbound, @Nullable OwedMessages durable) {
        this.durable = durable;
        this.target = target;
        this.room = room;
        this.outbound = outbound;
        this.owner = target.subscriber().owner();
    }

    Target target() {
        return target;
    }

    @Override
    public int inflight() {
        return room.inflight();
    }

    private Qos qosOf(SharedPublish publish) {
        return publish.message().qos().min(target.qos());
    }

    private SharedGroup group() {
        return Objects.requireNonNull(joined, "a member has joined before it gets a message");
    }

    /** The group knows this member from now on. */
    void joined(SharedGroup group) {
        joined = group;
        outbound.add(this);
        pull();
        sit();
    }

    /** The group is kept from now on: its QoS 1 and 2 messages come from the log. Any thread. */
    void onKept() {
        owner.execute(this::sit);
    }

    private void sit() {
        KeptGroup kept = joined == null || left ? null : joined.kept();
        if (kept != null && seat == null) {
            seat = new Seat(kept, target, outbound, durable);
            seat.sit();
        }
    }

    /** The group knows this member no more: what still arrives goes back. What the client has not acknowledged stays with it. */
    void left() {
        left = true;
        outbound.remove(this);
        if (seat != null) {
            seat.leave();
        }
    }

    /**
     * Whether it takes QoS 2 live. A durable session does not: its client knows the packet id on its next connection, too, so it has
     * to be recorded, and only what is in the log is.
     */
    boolean takesExactlyOnce() {
        return durable == null || target.qos() != Qos.EXACTLY_ONCE;
    }

    private boolean takes(SharedPublish publish) {
        return takesExactlyOnce() || publish.message().qos() != Qos.EXACTLY_ONCE;
    }

    /** Takes a place for a message, if there seems to be one. */
    boolean reserve(SharedPublish publish) {
        return takes(publish) && room.reserve(qosOf(publish));
    }

    /** Tells whether there seems to be room for what waits in the group. */
    boolean hasRoom() {
        return (takesExactlyOnce() || !group().takesExactlyOnce()) && room.has(target.qos());
    }

    /**
     * Hands over a message that a place was reserved for.
     *
     * @return false when the owner is so far behind that the publisher should pause
     */
    boolean hand(SharedPublish publish) {
        onTheWay.incrementAndGet();
        if (owner.isCurrentThread()) {
            arrive(publish);
            return true;
        }
        owner.execute(() -> arrive(publish));
        return !owner.isCongested();
    }

    /** Hands over as {@link #hand} does, but never within the call. */
    void handLater(SharedPublish publish) {
        onTheWay.incrementAndGet();
        owner.execute(() -> arrive(publish));
    }

    /** Makes the owner look for what waits in the group. */
    void wake() {
        if (woken.compareAndSet(false, true)) {
            owner.execute(() -> {
                woken.set(false);
                if (left) {
                    group().wakeOne();
                } else {
                    pull();
                }
            });
        }
    }

    private void arrive(SharedPublish publish) {
        onTheWay.decrementAndGet();
        Qos qos = qosOf(publish);
        boolean behindOthers = publish.message().qos() != Qos.AT_MOST_ONCE && group().hasTakenBack();
        if (!left && !behindOthers && outbound.takesNow(qos)) {
            outbound.lend(publish, target, this);
        } else {
            if (!left && !behindOthers) {
                room.close(qos);
            }
            room.release(qos);
            group().takeBack(publish);
        }
        pull();
    }

    /**
     * Takes what waits in the group as far as there is room, but nothing before what is already on its way to this member: so each
     * member gets the messages of a publisher in their order.
     */
    private void pull() {
        SharedGroup group = group();
        while (!left && group.hasWaiting() && onTheWay.get() == 0) {
            if (!outbound.takesNow(target.qos())) {
                room.close(target.qos());
                group.wakeOne();
                return;
            }
            SharedPublish next = group.next();
            if (next != null && !takes(next)) {
                if (group.leaveToOthers(next)) {
                    return;
                }
            } else if (next != null) {
                room.take(qosOf(next));
                outbound.lend(next, target, this);
            }
        }
    }

    @Override
    public void drain() {
        room.open(outbound.takesNow(Qos.AT_LEAST_ONCE));
        pull();
    }

    @Override
    public void settled() {
        room.release(Qos.AT_LEAST_ONCE);
    }

    @Override
    public void giveBack(SharedPublish publish) {
        group().takeBack(publish);
    }
}
