package io.magnetar.mqtt.stream;

import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.queue.Deliveries;
import io.magnetar.mqtt.record.ProgressLog;
import io.magnetar.mqtt.record.StreamProgress;
import io.magnetar.mqtt.record.StreamStart;
import io.magnetar.mqtt.record.SubscriptionRecord;
import io.magnetar.stream.EndPosition;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamSubscriptionSyntax;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a durable session is in its streams, by the filters of its subscriptions without their offsets.
 *
 * <pre>
 *   SUBSCRIBE: reader open --> start recorded --> SUBACK, reading ... progress recorded about every second, and at QoS 2
 *   another connection: start, and progress since that start --> reading
 * </pre>
 *
 * Progress that follows another start than the one that the session's definition tells was recorded before the last SUBSCRIBE.
 *
 * <p>Thread: the session's owner.
 */
public final class StreamPlaces {
    private final Deliveries deliveries;
    private final ProgressLog progress;
    private final BrokerClock clock;
    private final StreamKeeper keeper;
    private final Map<String, StreamPlace> places = new HashMap<>();

    /**
     * @param subscriptions of the session's definition
     * @param resumed of its progress, by the filters without their offsets
     */
    public StreamPlaces(
            Deliveries deliveries,
            ProgressLog progress,
            BrokerClock clock,
            StreamKeeper keeper,
            List<SubscriptionRecord> subscriptions,
            Map<String, StreamProgress> resumed) {
        this.deliveries = deliveries;
        this.progress = progress;
        this.clock = clock;
        this.keeper = keeper;
        Map<String, StreamProgress> unknown = new HashMap<>(resumed);
        for (SubscriptionRecord subscription : subscriptions) {
            StreamStart start = subscription.stream();
            String key = StreamSubscriptionSyntax.withoutOffset(subscription.filter());
            StreamProgress recorded = resumed.get(key);
            if (start != null) {
                boolean follows = recorded != null && recorded.since() == start.since();
                StreamPlace place = new StreamPlace(start, follows ? recorded : null);
                place.forEach(deliveries::hold);
                places.put(key, place);
                if (follows) {
                    unknown.remove(key);
                }
            }
        }
        unknown.values().forEach(other -> other.partitions().values().forEach(deliveries::abandon));
    }

    /** The place of a subscription; null when there is none yet. */
    @Nullable
    StreamPlace get(String filter) {
        return places.get(filter);
    }

    /** A place that begins now; it counts when it is kept and {@link #put}. */
    StreamPlace begin(StartPosition.Resume start, EndPosition end) {
        EndPosition.Fixed fixed = end instanceof EndPosition.Fixed known ? known : null;
        return new StreamPlace(new StreamStart(clock.nextMicros(), start.fromMicros(), start.after(), fixed), null);
    }

    /** @param answer told once, at the owner, when the subscription and its start are recorded or could not be */
    void keep(StreamRequest request, StreamPlace place, BiConsumer<ReasonCode, @Nullable String> answer) {
        keeper.keep(request.written(), request.subscriptionId(), place.start(), answer);
    }

    void put(String filter, StreamPlace place) {
        remove(filter);
        places.put(filter, place);
        progress.changed();
    }

    void remove(String filter) {
        StreamPlace removed = places.remove(filter);
        if (removed != null) {
            removed.forEach(deliveries::abandon);
        }
    }

    /** The way of the messages of a subscription. */
    StreamWay wayFrom(StreamPlace place, StreamWay unrecorded) {
        return new DurableStreamWay(place, deliveries, progress, unrecorded);
    }

    /** The stream of a subscription was deleted: what comes instead is new from its first message on. */
    void restart(StreamPlace place) {
        place.restart(deliveries::abandon);
        progress.changed();
    }

    /** How far it has come, for the record. */
    public Map<String, StreamProgress> progress() {
        Map<String, StreamProgress> recorded = new HashMap<>();
        places.forEach((filter, place) -> recorded.put(filter, place.progress()));
        return recorded;
    }
}
