package io.magnetar.mqtt.routing;

import io.magnetar.stream.StreamCatalog;
import io.magnetar.tenancy.Namespace;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The routing tables of all namespaces. No table knows of another. Thread: any. */
public final class Routing {
    private final Map<Namespace, RoutingTable> tables = new ConcurrentHashMap<>();
    private final StreamCatalog streams;

    public Routing(StreamCatalog streams) {
        this.streams = streams;
        streams.onChange(namespace -> table(namespace).streamsChanged());
    }

    public RoutingTable table(Namespace namespace) {
        return tables.computeIfAbsent(namespace, key -> new RoutingTable(key, streams));
    }
}
