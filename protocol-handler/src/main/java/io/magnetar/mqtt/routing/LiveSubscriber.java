package io.magnetar.mqtt.routing;

import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.packet.ProtocolVersion;

/** A connected client that live messages are delivered to. */
public interface LiveSubscriber {
    Owner owner();

    ProtocolVersion version();

    /** Whether it reads what it is owed at QoS 1 and 2 from the queue, so that only QoS 0 is delivered live. */
    default boolean readsQueue() {
        return false;
    }

    /** Takes a message. Thread: the owner. */
    void deliver(SharedPublish publish, Target target);
}
