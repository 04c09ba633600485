package io.magnetar.mqtt.routing;

import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.codec.TopicNameSource;
import io.magnetar.mqtt.codec.TopicNameText;
import io.magnetar.mqtt.packet.TopicName;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one namespace that one owner met lately, found by the bytes of the topic name. A topic takes one of four places, and
 * of those the route that came first is forgotten; where that happens often, the cache grows as long as its owner has room.
 *
 * <p>Thread: one owner.
 */
public final class RouteCache implements TopicNameSource {
    private static final int WAYS = 4;
    private static final int MIN_PLACES = 64;
    /** The cache grows when more than this part of its routes was forgotten. */
    private static final int OFTEN = 16;

    private static final int MAX_PLACES = 32_768;
    /** Longer names are not remembered: a few thousand of the longest would fill the memory. */
    private static final int MAX_NAME_BYTES = 512;
    /** The number of subscribers up to which every route may keep its match. */
    private static final int SMALL_MATCH = 64;

    private final RoutingTable table;
    private final int maxLevels;
    private final RouteRoom room;
    /** In sets of {@link #WAYS}, each with the latest route first and nothing behind a place that is free. */
    private @Nullable Route[] routes = new Route[MIN_PLACES];
    /** How many routes were forgotten since the cache grew. */
    private int forgotten;
    /** The bytes of the topic name that is looked for: compared as a whole, they cost a fraction of what single bytes do. */
    private byte[] name = new byte[256];

    private @Nullable Route large;
    private long lastId;

    /** @param maxLevels the most levels that a client's topic may have */
    public RouteCache(RoutingTable table, int maxLevels, RouteRoom room) {
        this.table = table;
        this.maxLevels = maxLevels;
        this.room = room;
    }

    /** The only cache of its owner. */
    public RouteCache(RoutingTable table, int maxLevels) {
        this(table, maxLevels, new RouteRoom(MAX_PLACES));
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
        int hash = hash(name, length);
        int set = set(hash);
        for (int place = set; place < set + WAYS; place++) {
            Route route = routes[place];
            if (route == null) {
                break;
            }
            if (isNamed(route, length)) {
                return route;
            }
        }
        Route route = new Route(++lastId, table, this, TopicNameText.read(in, index, length, maxLevels));
        if (length <= MAX_NAME_BYTES) {
            remember(route, hash);
        }
        return route;
    }

    private void remember(Route route, int hash) {
        if (routes[set(hash) + WAYS - 1] != null) {
            forgotten++;
            if (forgotten > routes.length / OFTEN && routes.length < MAX_PLACES && room.take(routes.length)) {
                grow();
            }
        }
        putFirst(route, set(hash));
    }

    private void putFirst(Route route, int set) {
        System.arraycopy(routes, set, routes, set + 1, WAYS - 1);
        routes[set] = route;
    }

    private void grow() {
        @Nullable Route[] old = routes;
        routes = new Route[old.length * 2];
        forgotten = 0;
        for (int place = old.length - 1; place >= 0; place--) { // The latest of a set comes last, and first again.
            Route route = old[place];
            if (route != null) {
                putFirst(route, set(hash(route.utf8(), route.utf8().length)));
            }
        }
    }

    /** Gives its room back; the cache is of no more use. */
    public void close() {
        room.giveBack(routes.length - MIN_PLACES);
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
        return topic instanceof Route route && route.belongsTo(table)
                ? route
                : new Route(++lastId, table, this, topic.value());
    }

    /** Names differ in a digit or two, which have to tell in all bits of the hash. */
    private static int hash(byte[] name, int length) {
        int hash = 1;
        for (int i = 0; i < length; i++) {
            hash = 31 * hash + name[i];
        }
        hash = (hash ^ (hash >>> 16)) * 0x85EB_CA6B;
        hash = (hash ^ (hash >>> 13)) * 0xC2B2_AE35;
        return hash ^ (hash >>> 16);
    }

    /** The first place of the set of a hash. */
    private int set(int hash) {
        return hash & (routes.length - WAYS);
    }

    private boolean isNamed(Route route, int length) {
        byte[] known = route.utf8();
        return Arrays.equals(known, 0, known.length, name, 0, length);
    }
}
