package io.magnetar.mqtt.metrics;

import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.counters.DecidedBy;
import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.counters.Latency;
import io.magnetar.mqtt.counters.Traffic;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.retain.RetainedStore;
import io.magnetar.mqtt.session.SessionCounts;
import io.magnetar.mqtt.share.SharedGroups;
import io.magnetar.stream.newest.IndexMemory;
import io.magnetar.tenancy.Namespace;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * All metrics of one broker, read when they are asked for. What has a namespace is shown for at most {@value #MAX_NAMESPACES} of
 * them, the first by name.
 *
 * <p>Thread: any.
 */
public final class Metrics {
    private static final int MAX_NAMESPACES = 1_000;
    private static final int QOS_LEVELS = 3;

    private final SessionServices services;
    private final Counters counters;
    private final SharedGroups groups;
    private final IndexMemory replayIndexes;
    private final IntSupplier sessions;
    private final Supplier<Map<Namespace, SessionCounts>> durableSessions;

    /**
     * @param replayIndexes of last-value streams
     * @param sessions how many sessions are connected
     * @param durableSessions how many durable ones there are
     */
    public Metrics(
            SessionServices services,
            SharedGroups groups,
            IndexMemory replayIndexes,
            IntSupplier sessions,
            Supplier<Map<Namespace, SessionCounts>> durableSessions) {
        this.durableSessions = durableSessions;
        this.groups = groups;
        this.replayIndexes = replayIndexes;
        this.services = services;
        this.counters = services.counters();
        this.sessions = sessions;
    }

    /** As Prometheus reads it. */
    public String text() {
        MetricsText text = new MetricsText();
        Map<Namespace, SessionCounts> durable = durableSessions.get();
        List<Namespace> namespaces = Stream.of(
                        counters.traffic().namespaces(), counters.drops().namespaces(), durable.keySet())
                .flatMap(Collection::stream)
                .distinct()
                .sorted(Comparator.comparing(Namespace::name))
                .limit(MAX_NAMESPACES)
                .toList();
        connections(text, namespaces, durable);
        namespaces(text, namespaces);
        new StreamMetrics(counters.streams()).write(text);
        traffic(text, namespaces);
        authorization(text, namespaces);
        drops(text, namespaces);
        events(text);
        logs(text);
        return text.toString();
    }

    private void connections(MetricsText text, List<Namespace> namespaces, Map<Namespace, SessionCounts> durable) {
        perNamespace(
                text,
                MetricFamily.CONNECTIONS,
                namespaces,
                namespace -> counters.traffic().sum(Optional.of(namespace), Traffic::connections));
        text.begin(MetricFamily.SESSIONS);
        text.sample(MetricFamily.SESSIONS, sessions.getAsInt());
        text.begin(MetricFamily.DURABLE_SESSIONS);
        for (Namespace namespace : namespaces) {
            SessionCounts counts = durable.getOrDefault(namespace, SessionCounts.NONE);
            text.sample(MetricFamily.DURABLE_SESSIONS, counts.connected(), namespace.name(), "connected");
            text.sample(MetricFamily.DURABLE_SESSIONS, counts.absent(), namespace.name(), "absent");
        }
        text.begin(MetricFamily.CONNECTIONS_REFUSED);
        for (ReasonCode code : ReasonCode.values()) {
            long refused = counters.refusals(code);
            if (refused > 0) {
                text.sample(
                        MetricFamily.CONNECTIONS_REFUSED, refused, String.format(Locale.ROOT, "0x%02X", code.code()));
            }
        }
    }

    private void namespaces(MetricsText text, List<Namespace> namespaces) {
        perNamespace(
                text,
                MetricFamily.SUBSCRIPTIONS,
                namespaces,
                namespace -> services.routing().table(namespace).subscriptions());
        text.begin(MetricFamily.SHARED_GROUPS);
        Map<Namespace, SharedGroups.Counts> counts = groups.counts();
        for (Namespace namespace : namespaces) {
            SharedGroups.Counts ofOne = counts.getOrDefault(namespace, SharedGroups.Counts.NONE);
            text.sample(MetricFamily.SHARED_GROUPS, ofOne.live(), namespace.name(), "live");
            text.sample(MetricFamily.SHARED_GROUPS, ofOne.durable(), namespace.name(), "durable");
        }
        perNamespace(
                text,
                MetricFamily.SHARED_GROUPS_STOPPED,
                namespaces,
                namespace ->
                        counts.getOrDefault(namespace, SharedGroups.Counts.NONE).stopped());
        perNamespace(
                text,
                MetricFamily.STREAMS,
                namespaces,
                namespace -> services.streams().of(namespace).all().size());
        text.begin(MetricFamily.REPLAY_INDEX_BYTES);
        text.sample(MetricFamily.REPLAY_INDEX_BYTES, replayIndexes.usedBytes());
        text.begin(MetricFamily.REPLAYS_WAITING);
        text.sample(MetricFamily.REPLAYS_WAITING, replayIndexes.waiting());
        perNamespace(
                text,
                MetricFamily.RETAINED_MESSAGES,
                namespaces,
                namespace -> services.retained().store(namespace).count());
        perNamespace(
                text,
                MetricFamily.RETAINED_BYTES,
                namespaces,
                namespace -> services.retained().store(namespace).bytes());
    }

    private static void perNamespace(
            MetricsText text, MetricFamily metric, List<Namespace> namespaces, ToLongFunction<Namespace> value) {
        text.begin(metric);
        namespaces.forEach(namespace -> text.sample(metric, value.applyAsLong(namespace), namespace.name()));
    }

    private void traffic(MetricsText text, List<Namespace> namespaces) {
        perType(text, MetricFamily.PACKETS_RECEIVED, namespaces, Traffic::packetsReceived);
        perType(text, MetricFamily.PACKETS_SENT, namespaces, Traffic::packetsSent);
        perType(text, MetricFamily.BYTES_RECEIVED, namespaces, Traffic::bytesReceived);
        perType(text, MetricFamily.BYTES_SENT, namespaces, Traffic::bytesSent);
        perQos(text, MetricFamily.MESSAGES_RECEIVED, namespaces, Traffic::publishesReceived);
        perQos(text, MetricFamily.MESSAGES_SENT, namespaces, Traffic::publishesSent);
    }

    private interface TypeCount {
        long of(Traffic traffic, PacketType type);
    }

    private interface QosCount {
        long of(Traffic traffic, int qos);
    }

    /** Types that a namespace has not had yet are left out. */
    private void perType(MetricsText text, MetricFamily metric, List<Namespace> namespaces, TypeCount count) {
        text.begin(metric);
        for (PacketType type : PacketType.values()) {
            String label = type.name().toLowerCase(Locale.ROOT);
            sampleUnlessZero(text, metric, Optional.empty(), label, traffic -> count.of(traffic, type));
            for (Namespace namespace : namespaces) {
                sampleUnlessZero(text, metric, Optional.of(namespace), label, traffic -> count.of(traffic, type));
            }
        }
    }

    private void sampleUnlessZero(
            MetricsText text,
            MetricFamily metric,
            Optional<Namespace> namespace,
            String label,
            ToLongFunction<Traffic> count) {
        long value = counters.traffic().sum(namespace, count);
        if (value != 0) {
            text.sample(metric, value, namespace.map(Namespace::name).orElse(""), label);
        }
    }

    private void perQos(MetricsText text, MetricFamily metric, List<Namespace> namespaces, QosCount count) {
        text.begin(metric);
        for (Namespace namespace : namespaces) {
            for (int qos = 0; qos < QOS_LEVELS; qos++) {
                int level = qos;
                text.sample(
                        metric,
                        counters.traffic().sum(Optional.of(namespace), traffic -> count.of(traffic, level)),
                        namespace.name(),
                        Integer.toString(qos));
            }
        }
    }

    /** What a namespace has not had yet is left out. */
    private void authorization(MetricsText text, List<Namespace> namespaces) {
        text.begin(MetricFamily.AUTHORIZATION_CHECKS);
        for (Namespace namespace : namespaces) {
            for (DecidedBy by : DecidedBy.values()) {
                check(text, namespace, by, "allowed", traffic -> traffic.allowedBy(by));
                check(text, namespace, by, "denied", traffic -> traffic.deniedBy(by));
            }
        }
    }

    private void check(
            MetricsText text, Namespace namespace, DecidedBy by, String outcome, ToLongFunction<Traffic> count) {
        long value = counters.traffic().sum(Optional.of(namespace), count);
        if (value != 0) {
            text.sample(MetricFamily.AUTHORIZATION_CHECKS, value, namespace.name(), by.label(), outcome);
        }
    }

    private void drops(MetricsText text, List<Namespace> namespaces) {
        text.begin(MetricFamily.MESSAGES_DROPPED);
        for (Namespace namespace : namespaces) {
            for (Drop reason : Drop.values()) {
                text.sample(
                        MetricFamily.MESSAGES_DROPPED,
                        counters.drops().get(reason, namespace),
                        namespace.name(),
                        reason.name().toLowerCase(Locale.ROOT));
            }
        }
    }

    private void events(MetricsText text) {
        text.begin(MetricFamily.EVENTS);
        for (Counter counter : Counter.values()) {
            text.sample(MetricFamily.EVENTS, counters.get(counter), counter.label());
        }
    }

    private void logs(MetricsText text) {
        text.begin(MetricFamily.PENDING_APPEND_BYTES);
        text.sample(MetricFamily.PENDING_APPEND_BYTES, services.appender().pendingBytes(), "streams_and_messages");
        long[] retained = new long[1];
        services.retained().forEach((Namespace namespace, RetainedStore store) -> retained[0] += store.pendingBytes());
        text.sample(MetricFamily.PENDING_APPEND_BYTES, retained[0], "retained");
        text.begin(MetricFamily.APPEND_SECONDS);
        text.histogram(MetricFamily.APPEND_SECONDS, counters.latency(Latency.STREAM_APPEND), "streams");
        text.histogram(MetricFamily.APPEND_SECONDS, counters.latency(Latency.MESSAGES_APPEND), "messages");
        text.histogram(MetricFamily.APPEND_SECONDS, counters.latency(Latency.RETAINED_APPEND), "retained");
        text.begin(MetricFamily.QUEUE_SECONDS);
        text.histogram(MetricFamily.QUEUE_SECONDS, counters.latency(Latency.QUEUE));
        text.begin(MetricFamily.EVENT_LOOP_LAG_SECONDS);
        text.histogram(MetricFamily.EVENT_LOOP_LAG_SECONDS, counters.latency(Latency.EVENT_LOOP_LAG));
    }
}
