package io.magnetar.mqtt.queue;

import io.magnetar.stream.queue.QueuedMessage;

/** Who reads partitions of a queue: a durable session, or a group. Thread: its owner, but for {@link #mayWant}. */
interface PartitionUser extends TailSubscriber {
    /** False for what it certainly does not want. Thread: any. */
    boolean mayWant(int partition, QueuedMessage message);

    /** Whether one more message can be taken. */
    boolean hasRoom();

    /** Takes the next message of a partition if it is wanted. @return false when there is no room for it */
    boolean examine(PartitionQueue partition, QueuedMessage next);

    /** What was on its way is no longer in the log: it is older than the queue keeps messages. */
    void lost(Delivery delivery);

    /** Its place is older than what the queue keeps: it may have missed messages, also when it was there all the time. */
    void placeLost();
}
