package io.magnetar.mqtt.routing;

import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.codec.TopicNameSource;
import io.magnetar.mqtt.codec.TopicNameText;
import io.magnetar.mqtt.packet.TopicName;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one namespace that one owner met lately, found by the bytes of the topic name. Its size is fixed: a topic takes
 * one of two places, and the one that was there is forgotten.
 *
 * <p>Thread: one owner.
 */
public final class RouteCache implements TopicNameSource {
    private static final int PLACES = 8_192;
    /** Longer names are not remembered: a few thousand of the longest would fill the memory. */
    private static final int MAX_NAME_BYTES = 512;
    /** The number of subscribers up to which every route may keep its match. */
    private static final int SMALL_MATCH = 64;

    private final RoutingTable table;
    private final int maxLevels;
    private final @Nullable Route[] routes = new Route[PLACES];
    /** The bytes of the topic name that is looked for: compared as a whole, they cost a fraction of what single bytes do. */
    private byte[] name = new byte[256];

    private @Nullable Route large;

    /** @param maxLevels the most levels that a client's topic may have */
    public RouteCache(RoutingTable table, int maxLevels) {
        this.table = table;
        this.maxLevels = maxLevels;
    }

    public RoutingTable table() {
        return table;
    }

    @Override
    public Route topicName(ByteBuf in, int index, int length) throws PacketException {
        if (name.length < length) {
            name = new byte[Integer.highestOneBit(length) << 1];
        }
        in.getBytes(index, name, 0, length);
        int place = hash(length) & (PLACES - 1);
        Route first = routes[place];
        if (first != null && isNamed(first, length)) {
            return first;
        }
        Route second = routes[place ^ 1];
        if (second != null && isNamed(second, length)) {
            return second;
        }
        Route route = new Route(table, this, TopicNameText.read(in, index, length, maxLevels));
        if (length <= MAX_NAME_BYTES) {
            routes[place ^ 1] = first;
            routes[place] = route;
        }
        return route;
    }

    /** Of the matches with very many subscribers only the last one is kept. */
    void remembers(Route route, Match match) {
        if (match.size() > SMALL_MATCH) {
            if (large != null && !large.equals(route)) {
                large.forget();
            }
            large = route;
        }
    }

    /** The route of a topic name, wherever it comes from. */
    public Route route(TopicName topic) {
        return topic instanceof Route route && route.belongsTo(table) ? route : new Route(table, this, topic.value());
    }

    private int hash(int length) {
        int hash = 1;
        for (int i = 0; i < length; i++) {
            hash = 31 * hash + name[i];
        }
        return hash ^ (hash >>> 15);
    }

    private boolean isNamed(Route route, int length) {
        byte[] known = route.utf8();
        return Arrays.equals(known, 0, known.length, name, 0, length);
    }
}
