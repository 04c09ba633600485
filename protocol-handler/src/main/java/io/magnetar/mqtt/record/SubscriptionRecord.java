package io.magnetar.mqtt.record;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.stream.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A subscription of a durable session.
 *
 * @param subscriptionId the subscription identifier, or {@link Subscribe#NO_ID}
 * @param starts by partition of the queue, the position after which it begins: nothing at it or before is owed. Empty while it
 *     owes nothing: at QoS 0, and for a stream
 * @param stream where the reading of a stream began; null for what is no stream
 */
public record SubscriptionRecord(
        Subscribe.Request request,
        int subscriptionId,
        List<Position> starts,
        @Nullable StreamStart stream) {
    /** One that is for no stream. */
    public SubscriptionRecord(Subscribe.Request request, int subscriptionId, List<Position> starts) {
        this(request, subscriptionId, starts, null);
    }

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
