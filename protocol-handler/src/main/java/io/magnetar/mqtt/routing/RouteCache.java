package io.magnetar.mqtt.routing;

import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.codec.TopicNameSource;
import io.magnetar.mqtt.codec.TopicNameText;
import io.magnetar.mqtt.packet.TopicName;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one namespace that one owner met lately, found by the bytes of the topic name. Its size is fixed: a topic takes
 * one of two places, and the one that was there is forgotten.
 *
 * <p>Thread: one owner.
 */
public final class RouteCache implements TopicNameSource {
    private static final int PLACES = 8_192;

    private final RoutingTable table;
    private final @Nullable Route[] routes = new Route[PLACES];

    public RouteCache(RoutingTable table) {
        this.table = table;
    }

    public RoutingTable table() {
        return table;
    }

    @Override
    public Route topicName(ByteBuf in, int index, int length) throws PacketException {
        int place = hash(in, index, length) & (PLACES - 1);
        Route first = routes[place];
        if (first != null && isSame(first.utf8(), in, index, length)) {
            return first;
        }
        Route second = routes[place ^ 1];
        if (second != null && isSame(second.utf8(), in, index, length)) {
            return second;
        }
        Route route = new Route(table, TopicNameText.read(in, index, length));
        routes[place ^ 1] = first;
        routes[place] = route;
        return route;
    }

    /** The route of a topic name, wherever it comes from. */
    public Route route(TopicName topic) {
        return topic instanceof Route route && route.belongsTo(table) ? route : new Route(table, topic.value());
    }

    private static int hash(ByteBuf in, int index, int length) {
        int hash = length;
        int end = index + length;
        int i = index;
        for (; i + Integer.BYTES <= end; i += Integer.BYTES) {
            hash = hash * 0x9E3779B1 + in.getInt(i);
        }
        for (; i < end; i++) {
            hash = hash * 31 + in.getByte(i);
        }
        return hash ^ (hash >>> 15);
    }

    private static boolean isSame(byte[] name, ByteBuf in, int index, int length) {
        if (name.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (name[i] != in.getByte(index + i)) {
                return false;
            }
        }
        return true;
    }
}
