package io.magnetar.mqtt.queue;

import io.magnetar.message.Message;
import io.magnetar.stream.Position;
import java.util.Comparator;

/** A message that a group deals out. Thread: the group's owner; what it is may be read by any. */
public final class GroupMessage {
    /** As they are in the log. */
    static final Comparator<GroupMessage> IN_ORDER =
            Comparator.comparingInt(GroupMessage::partition).thenComparing(GroupMessage::position);

    final Delivery delivery;
    private final int partition;
    private final Message message;

    GroupMessage(Delivery delivery, int partition, Message message) {
        this.delivery = delivery;
        this.partition = partition;
        this.message = message;
    }

    public int partition() {
        return partition;
    }

    public Position position() {
        return delivery.position;
    }

    public Message message() {
        return message;
    }
}
