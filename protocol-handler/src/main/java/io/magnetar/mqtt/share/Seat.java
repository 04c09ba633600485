package io.magnetar.mqtt.share;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.mqtt.queue.GroupQueue;
import io.magnetar.mqtt.queue.OwedMessages;
import io.magnetar.mqtt.routing.Target;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One connected client at a {@link KeptGroup}.
 *
 * <pre>
 *   closed --the client has room: ready--> open: the group deals to it, as far as its window goes
 *      ^                                     |
 *      |                                     | a message comes that it cannot take: it goes back, and so does all that comes after it
 *      |                                     v
 *      +--the group knows: nothing more is on its way-- closing
 * </pre>
 *
 * So what goes back has arrived at the group before the seat is open again, and the client gets the messages of each topic in their
 * order, but for those that another member had before.
 *
 * <p>Thread: fields of the group belong to the group's owner, all else to the client's.
 */
final class Seat implements OutboundPublishFlow.Backlog, Candidate {
    private final KeptGroup group;
    private final Target target;
    private final OutboundPublishFlow outbound;
    private final @Nullable OwedMessages durable;
    private final Owner owner;

    /** What one member may hold of what a group's members may hold together, as a divisor: others are to go on beside it. */
    private static final int SHARE = 4;

    private final GroupSide groupSide = new GroupSide();
    private boolean closed = true;
    /** Closed, and the group may not know it yet. */
    private boolean closing;

    private boolean left;

    /** What the group knows of it. Thread: the group's owner. */
    static final class GroupSide {
        boolean open;
        private int leases;
        private long bytes;
        /** Dealt in this turn. */
        List<Lease> dealt = new ArrayList<>();

        void add(Lease lease) {
            leases++;
            bytes += lease.message().weight();
            dealt.add(lease);
        }

        void remove(Lease lease) {
            leases--;
            bytes -= lease.message().weight();
        }
    }

    /** @param durable what takes QoS 2 for a durable session, or null */
    Seat(KeptGroup group, Target target, OutboundPublishFlow outbound, @Nullable OwedMessages durable) {
        this.group = group;
        this.target = target;
        this.outbound = outbound;
        this.durable = durable;
        this.owner = target.subscriber().owner();
    }

    GroupSide groupSide() {
        return groupSide;
    }

    Target target() {
        return target;
    }

    Owner owner() {
        return owner;
    }

    @Override
    public int inflight() {
        return groupSide.leases;
    }

    /**
     * Whether one more may be dealt to it. Thread: the group's owner.
     *
     * @param groupBytes payload bytes that all members together may hold
     */
    boolean hasRoom(long groupBytes) {
        return groupSide.open
                && groupSide.leases < Math.min(outbound.windowSize(), GroupQueue.MAX_LEASED / SHARE)
                && (groupSide.leases == 0 || groupSide.bytes < groupBytes / SHARE);
    }

    /** Takes the seat. */
    void sit() {
        outbound.add(this);
        group.onSat(this);
        drain();
    }

    /** Leaves it: what still comes goes back. What the client has not acknowledged stays with it until its session ends. */
    void leave() {
        left = true;
        outbound.remove(this);
        group.onLeft(this);
    }

    @Override
    public void drain() {
        if (closed && !closing && !left && takes(target.qos())) {
            closed = false;
            group.onReady(this);
        }
    }

    /** The group knows that it is closed: all that was dealt to it before has come. */
    void onClosed() {
        closing = false;
        drain();
    }

    private boolean takes(Qos qos) {
        if (durable == null) {
            return outbound.takesNow(qos);
        }
        return qos == Qos.EXACTLY_ONCE ? durable.takesLoan() : !durable.holdsLoans() && outbound.takesNow(qos);
    }

    /** What the group has dealt. */
    void arrive(List<Lease> leases) {
        for (Lease lease : leases) {
            Qos qos = lease.message().qos().min(target.qos());
            if (left || closed || !takes(qos)) {
                closing |= !closed;
                closed = true;
                lease.giveBack();
            } else {
                send(lease, qos);
            }
        }
        drain();
    }

    private void send(Lease lease, Qos qos) {
        if (qos == Qos.EXACTLY_ONCE && durable != null) {
            durable.take(lease);
            return;
        }
        outbound.lend(new SharedPublish(lease.message()), target, lease);
        if (qos == Qos.AT_MOST_ONCE) {
            lease.settled();
        }
    }
}
