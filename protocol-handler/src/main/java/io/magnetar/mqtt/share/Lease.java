package io.magnetar.mqtt.share;

import io.magnetar.message.Message;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.mqtt.queue.GroupMessage;
import io.magnetar.mqtt.queue.Loan;
import io.magnetar.mqtt.record.LentRecord;

/**
 * A message of a {@link KeptGroup} in the hands of one member. However it ends, the group is told once that the member's place is
 * free again.
 *
 * <p>Thread: the member's owner, but for what it is.
 */
final class Lease implements OutboundPublishFlow.Lender, Loan {
    final Seat seat;
    final GroupMessage dealt;

    private final KeptGroup group;
    private boolean ended;

    Lease(KeptGroup group, Seat seat, GroupMessage dealt) {
        this.group = group;
        this.seat = seat;
        this.dealt = dealt;
    }

    @Override
    public Message message() {
        return dealt.message();
    }

    @Override
    public LentRecord record(int packetId) {
        return new LentRecord(
                group.filter().written(),
                dealt.partition(),
                dealt.position(),
                packetId,
                message().retain() && seat.target().retainAsPublished(),
                seat.target().subscriptionIds().length == 0 ? 0 : seat.target().subscriptionIds()[0]);
    }

    /** The client has the message at QoS 2: nobody else gets it, whatever becomes of the client. */
    @Override
    public void received() {
        group.onReceived(this);
    }

    /** The client is done with it, or it left at QoS 0. */
    @Override
    public void settled() {
        if (!ended) {
            ended = true;
            group.onSettled(this);
        }
    }

    @Override
    public void giveBack(SharedPublish publish) {
        giveBack();
    }

    @Override
    public void giveBack() {
        if (!ended) {
            ended = true;
            group.onReturned(this);
        }
    }

    @Override
    public void taken(Runnable then) {
        group.onTaken(this, then);
    }

    @Override
    public void completed() {
        settled();
    }
}
