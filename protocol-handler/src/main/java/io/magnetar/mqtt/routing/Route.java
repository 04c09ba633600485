package io.magnetar.mqtt.routing;

import io.magnetar.mqtt.packet.TopicName;
import java.nio.charset.StandardCharsets;

/**
 * A topic name with the match that was last made for it. Devices repeat topics: a publish to a known one costs no lookup.
 *
 * <p>Thread: the owner of the {@link RouteCache} that made it.
 */
public final class Route implements TopicName {
    private final RoutingTable table;
    private final String topic;
    private final byte[] utf8;
    private Match match;

    Route(RoutingTable table, String topic) {
        this.table = table;
        this.topic = topic;
        this.utf8 = topic.getBytes(StandardCharsets.UTF_8);
        this.match = table.match(topic);
    }

    /** All who want the topic now. */
    public Match match() {
        if (match.version() != table.version()) {
            match = table.match(topic);
        }
        return match;
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
