package io.magnetar.mqtt.record;

import io.magnetar.stream.Position;

/**
 * A QoS 2 message that a durable session has from a group: it is the session's alone.
 *
 * @param filter the shared subscription, as the client wrote it
 * @param packetId the packet id that it is on its way with, or {@link #DONE} when the group may not have recorded yet that it is
 *     done
 * @param retain how it was sent first
 * @param subscriptionId how it was sent first, 0 for none
 */
public record LentRecord(
        String filter, int partition, Position position, int packetId, boolean retain, int subscriptionId) {
    public static final int DONE = 0;

    public boolean isDone() {
        return packetId == DONE;
    }
}
