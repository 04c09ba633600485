package io.magnetar.mqtt.queue;

import io.magnetar.mqtt.record.LentRecord;

/** The groups that have lent messages to durable sessions. Thread: any. */
public interface Lenders {
    /**
     * Tells a group that a message is a session's.
     *
     * @param then runs when the group has recorded it, or has ended; on any thread
     */
    void claim(LentRecord message, Runnable then);
}
