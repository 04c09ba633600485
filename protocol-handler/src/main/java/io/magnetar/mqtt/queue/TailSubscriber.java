package io.magnetar.mqtt.queue;

import io.magnetar.mqtt.owner.Owner;
import io.magnetar.stream.queue.QueuedMessage;
import java.util.List;

/** A connected durable session that follows tails. */
interface TailSubscriber {
    Owner owner();

    /** Messages of a partition that one of its filters matches, in their order. Thread: the owner. */
    void onTail(int partition, List<QueuedMessage> messages);
}
