package io.magnetar.mqtt.routing;

import io.magnetar.mqtt.packet.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A topic name with the match that was last made for it. Devices repeat topics: a publish to a known one costs no lookup.
 *
 * <p>Thread: the owner of the {@link RouteCache} that made it.
 */
public final class Route implements TopicName {
    private final long id;
    private final RoutingTable table;
    private final RouteCache cache;
    private final String topic;
    private final byte[] utf8;
    private @Nullable Match last;
    private long receivedMicros;

    /** @param id from 1; no two routes of a cache have the same */
    Route(long id, RoutingTable table, RouteCache cache, String topic) {
        this.id = id;
        this.table = table;
        this.cache = cache;
        this.topic = topic;
        this.utf8 = topic.getBytes(StandardCharsets.UTF_8);
    }

    /** Tells this route from all others of its cache, also from those that are forgotten. */
    public long id() {
        return id;
    }

    /** All who want the topic now. */
    public Match match() {
        Match match = last;
        if (match == null || match.version() != table.version()) {
            match = table.match(topic);
            last = match;
            cache.remembers(this, match);
        }
        return match;
    }

    /**
     * All who want the topic now, for a message whose receive time is {@link #receivedMicros} then: both are of one side of whatever
     * {@link RoutingTable#handOver goes over} to another way.
     *
     * @param clock of the broker, epoch microseconds
     */
    public Match match(LongSupplier clock) {
        Handovers handovers = table.handovers();
        long before = handovers.count();
        Match match = matchAndReceive(clock);
        return handovers.isStill(before) ? match : handovers.meanwhile(() -> matchAndReceive(clock));
    }

    private Match matchAndReceive(LongSupplier clock) {
        Match match = match();
        receivedMicros = clock.getAsLong();
        return match;
    }

    /** The receive time that goes with the last match. */
    public long receivedMicros() {
        return receivedMicros;
    }

    /** Gives up the memory of the last match. */
    void forget() {
        last = null;
    }

    boolean belongsTo(RoutingTable other) {
        return table == other;
    }

    @Override
    public String value() {
        return topic;
    }

    @Override
    public byte[] utf8() {
        return utf8;
    }
}
