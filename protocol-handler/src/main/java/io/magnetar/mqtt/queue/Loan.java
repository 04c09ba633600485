package io.magnetar.mqtt.queue;

import io.magnetar.message.Message;
import io.magnetar.mqtt.record.LentRecord;

/** A QoS 2 message that a group offers a durable session. Thread: the session's owner. */
public interface Loan {
    /** What is to be recorded of it. */
    LentRecord record(int packetId);

    Message message();

    /**
     * The session has recorded it: nobody else gets it.
     *
     * @param then runs when the group has recorded that, too; on any thread
     */
    void taken(Runnable then);

    /** The client has it, or has refused it. */
    void completed();

    /** It was not recorded, and has not left: another is to have it. */
    void giveBack();
}
