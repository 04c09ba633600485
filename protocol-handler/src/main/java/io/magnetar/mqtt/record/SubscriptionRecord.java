package io.magnetar.mqtt.record;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.stream.queue.Position;
import java.util.List;

/**
 * A subscription of a durable session.
 *
 * @param subscriptionId the subscription identifier, or {@link Subscribe#NO_ID}
 * @param starts by partition of the queue, the position after which it begins: nothing at it or before is owed. Empty while it
 *     owes nothing: at QoS 0, and for a stream
 */
public record SubscriptionRecord(Subscribe.Request request, int subscriptionId, List<Position> starts) {
    public SubscriptionRecord {
        starts = List.copyOf(starts);
    }

    public String filter() {
        return request.filter();
    }

    public Qos qos() {
        return request.qos();
    }

    /** Whether messages of the queue are owed for it. */
    public boolean owes() {
        return !starts.isEmpty();
    }
}
