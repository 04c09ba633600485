package io.magnetar.mqtt.admin;

import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.counters.NamespaceCounts;
import io.magnetar.mqtt.counters.StreamTraffic;
import io.magnetar.mqtt.counters.Traffic;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.session.NamespaceUse;
import io.magnetar.mqtt.session.SessionCounts;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.tenancy.Namespace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;

/**
 * What one broker has counted of a namespace, for the admins of its tenant too.
 *
 * <p>Thread: any; never blocks.
 */
public final class NamespaceStats implements Routes {
    private static final int QOS_LEVELS = 3;

    private final SessionServices services;
    private final ServedNamespaces served;

    public NamespaceStats(SessionServices services, ServedNamespaces served) {
        this.services = services;
        this.served = served;
    }

    @Override
    public List<Route> routes() {
        return List.of(Route.of("GET", NamespaceRequests.NAMESPACE + "/stats", this::stats));
    }

    private CompletableFuture<AdminAnswer> stats(Call call) {
        Namespace namespace = call.namespace();
        return call.require(Right.SEE_NAMESPACE, null).thenApply(ignored -> {
            served.check(namespace);
            return AdminAnswer.ok(describe(namespace));
        });
    }

    private Map<String, Object> describe(Namespace namespace) {
        Map<Namespace, SessionCounts> durable = served.counts().get();
        Counters counters = services.counters();
        Map<String, Object> stats = new LinkedHashMap<>();
        stats.put("namespace", namespace.name());
        stats.put("broker", served.broker());
        stats.put("open", served.namespaces().isOpen(namespace));
        if (!served.namespaces().isOpen(namespace)) {
            return stats;
        }
        Traffic traffic = counters.traffic().sum(Optional.of(namespace));
        SessionCounts sessions = durable.getOrDefault(namespace, SessionCounts.NONE);
        stats.put("connections", traffic.connections());
        stats.put("durableSessions", Map.of("connected", sessions.connected(), "absent", sessions.absent()));
        stats.put("subscriptions", services.routing().table(namespace).subscriptions());
        stats.put("received", flow(traffic::packetsReceived, traffic::bytesReceived, traffic::publishesReceived));
        stats.put("sent", flow(traffic::packetsSent, traffic::bytesSent, traffic::publishesSent));
        stats.put("dropped", dropped(namespace));
        stats.put("refusedConnections", refused(counters.of(namespace)));
        stats.put("events", events(counters.of(namespace)));
        stats.put("streams", streams(namespace));
        stats.put("limits", limits(namespace, durable));
        return stats;
    }

    private interface QosCount {
        long of(int qos);
    }

    private static Map<String, Object> flow(
            ToLongFunction<PacketType> packets, ToLongFunction<PacketType> bytes, QosCount messages) {
        Map<String, Object> flow = new LinkedHashMap<>();
        for (int qos = 0; qos < QOS_LEVELS; qos++) {
            flow.put("messagesQos" + qos, messages.of(qos));
        }
        flow.put("packets", sum(packets));
        flow.put("bytes", sum(bytes));
        return flow;
    }

    private static long sum(ToLongFunction<PacketType> count) {
        long sum = 0;
        for (PacketType type : PacketType.values()) {
            sum += count.applyAsLong(type);
        }
        return sum;
    }

    private Map<String, Object> dropped(Namespace namespace) {
        Map<String, Object> dropped = new LinkedHashMap<>();
        for (Drop reason : Drop.values()) {
            dropped.put(
                    reason.name().toLowerCase(Locale.ROOT),
                    services.counters().drops().get(reason, namespace));
        }
        return dropped;
    }

    private static Map<String, Object> refused(NamespaceCounts counts) {
        Map<String, Object> refused = new LinkedHashMap<>();
        for (ReasonCode code : ReasonCode.values()) {
            if (counts.refusals(code) > 0) {
                refused.put(String.format(Locale.ROOT, "0x%02X", code.code()), counts.refusals(code));
            }
        }
        return refused;
    }

    private static Map<String, Object> events(NamespaceCounts counts) {
        Map<String, Object> events = new LinkedHashMap<>();
        Counter.ofNamespaces().forEach(counter -> events.put(counter.label(), counts.get(counter)));
        return events;
    }

    /** Of those that have counts of their own. */
    private Map<String, Object> streams(Namespace namespace) {
        List<StreamTraffic> counted = services.streams().of(namespace).all().stream()
                .map(StreamDefinition::name)
                .flatMap(name -> services.counters().streams().find(namespace, name).stream())
                .toList();
        Map<String, Object> streams = new LinkedHashMap<>();
        streams.put("count", services.streams().of(namespace).all().size());
        streams.put(
                "messagesIn",
                counted.stream().mapToLong(StreamTraffic::messagesIn).sum());
        streams.put(
                "bytesIn", counted.stream().mapToLong(StreamTraffic::bytesIn).sum());
        streams.put(
                "messagesOut",
                counted.stream().mapToLong(StreamTraffic::messagesOut).sum());
        streams.put(
                "bytesOut", counted.stream().mapToLong(StreamTraffic::bytesOut).sum());
        streams.put(
                "readers", counted.stream().mapToLong(StreamTraffic::readers).sum());
        streams.put(
                "members", counted.stream().mapToLong(StreamTraffic::members).sum());
        return streams;
    }

    /** A limit that there is not is left out. */
    private Map<String, Object> limits(Namespace namespace, Map<Namespace, SessionCounts> durable) {
        Map<String, Object> limits = new LinkedHashMap<>();
        for (NamespaceUse use : NamespaceUse.of(services, namespace, durable)) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("used", use.used());
            if (use.limit() > 0) {
                one.put("limit", use.limit());
            }
            limits.put(use.name(), one);
        }
        return limits;
    }
}
