package io.magnetar.mqtt.metrics;

import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.counters.DecidedBy;
import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.counters.Latency;
import io.magnetar.mqtt.counters.SourceOutcome;
import io.magnetar.mqtt.counters.Traffic;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.retain.RetainedStore;
import io.magnetar.mqtt.session.SessionCounts;
import io.magnetar.mqtt.share.SharedGroups;
import io.magnetar.stream.newest.IndexMemory;
import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * All metrics of one broker, read when they are asked for. So many namespaces have lines of their own; the others are summed up as one, so
 * that a scrape is bounded.
 *
 * <p>Thread: any.
 */
public final class Metrics {
    private static final int QOS_LEVELS = 3;

    private final SessionServices services;
    private final Counters counters;
    private final SharedGroups groups;
    private final IndexMemory replayIndexes;
    private final IntSupplier sessions;
    private final Supplier<Map<Namespace, SessionCounts>> durableSessions;
    private final NamespaceLines lines;

    /**
     * @param maxNamespaces how many have lines of their own
     * @param replayIndexes of last-value streams
     * @param sessions how many sessions are connected
     * @param durableSessions how many durable ones there are
     */
    public Metrics(
            int maxNamespaces,
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
        this.lines = new NamespaceLines(maxNamespaces, counters);
    }

    /** As Prometheus reads it. */
    public String text() {
        MetricsText text = new MetricsText();
        Map<Namespace, SessionCounts> durable = durableSessions.get();
        List<NamespaceLine> namespaces = lines.now(durable.keySet());
        connections(text, namespaces, durable);
        namespaces(text, namespaces);
        new StreamMetrics(counters.streams()).write(text);
        traffic(text, namespaces);
        authentication(text);
        authorization(text, namespaces);
        new NamespaceMetrics(services, durable).write(text, namespaces);
        events(text);
        logs(text);
        return text.toString();
    }

    private void connections(MetricsText text, List<NamespaceLine> namespaces, Map<Namespace, SessionCounts> durable) {
        text.begin(MetricFamily.CONNECTIONS);
        namespaces.forEach(
                line -> text.sample(MetricFamily.CONNECTIONS, line.traffic().connections(), line.label()));
        text.begin(MetricFamily.SESSIONS);
        text.sample(MetricFamily.SESSIONS, sessions.getAsInt());
        text.begin(MetricFamily.DURABLE_SESSIONS);
        for (NamespaceLine line : namespaces) {
            ToLongFunction<Namespace> connected = namespace ->
                    durable.getOrDefault(namespace, SessionCounts.NONE).connected();
            ToLongFunction<Namespace> absent = namespace ->
                    durable.getOrDefault(namespace, SessionCounts.NONE).absent();
            text.sample(MetricFamily.DURABLE_SESSIONS, line.sum(connected), line.label(), "connected");
            text.sample(MetricFamily.DURABLE_SESSIONS, line.sum(absent), line.label(), "absent");
        }
    }

    private void namespaces(MetricsText text, List<NamespaceLine> namespaces) {
        perNamespace(
                text,
                MetricFamily.SUBSCRIPTIONS,
                namespaces,
                namespace -> services.routing().table(namespace).subscriptions());
        text.begin(MetricFamily.SHARED_GROUPS);
        Map<Namespace, SharedGroups.Counts> counts = groups.counts();
        for (NamespaceLine line : namespaces) {
            ToLongFunction<Namespace> live = namespace ->
                    counts.getOrDefault(namespace, SharedGroups.Counts.NONE).live();
            ToLongFunction<Namespace> durable = namespace ->
                    counts.getOrDefault(namespace, SharedGroups.Counts.NONE).durable();
            text.sample(MetricFamily.SHARED_GROUPS, line.sum(live), line.label(), "live");
            text.sample(MetricFamily.SHARED_GROUPS, line.sum(durable), line.label(), "durable");
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
            MetricsText text, MetricFamily metric, List<NamespaceLine> namespaces, ToLongFunction<Namespace> value) {
        text.begin(metric);
        namespaces.forEach(line -> text.sample(metric, line.sum(value), line.label()));
    }

    private void traffic(MetricsText text, List<NamespaceLine> namespaces) {
        Traffic ofNone = counters.traffic().sum(Optional.empty());
        perType(text, MetricFamily.PACKETS_RECEIVED, ofNone, namespaces, Traffic::packetsReceived);
        perType(text, MetricFamily.PACKETS_SENT, ofNone, namespaces, Traffic::packetsSent);
        perType(text, MetricFamily.BYTES_RECEIVED, ofNone, namespaces, Traffic::bytesReceived);
        perType(text, MetricFamily.BYTES_SENT, ofNone, namespaces, Traffic::bytesSent);
        perQos(text, MetricFamily.MESSAGES_RECEIVED, namespaces, Traffic::publishesReceived);
        perQos(text, MetricFamily.MESSAGES_SENT, namespaces, Traffic::publishesSent);
        text.begin(MetricFamily.MESSAGES_DROPPED);
        for (NamespaceLine line : namespaces) {
            for (Drop reason : Drop.values()) {
                text.sample(
                        MetricFamily.MESSAGES_DROPPED,
                        line.dropped(reason),
                        line.label(),
                        reason.name().toLowerCase(Locale.ROOT));
            }
        }
    }

    private interface TypeCount {
        long of(Traffic traffic, PacketType type);
    }

    private interface QosCount {
        long of(Traffic traffic, int qos);
    }

    /** Types that a namespace has not had yet are left out. */
    private static void perType(
            MetricsText text, MetricFamily metric, Traffic ofNone, List<NamespaceLine> namespaces, TypeCount count) {
        text.begin(metric);
        for (PacketType type : PacketType.values()) {
            String label = type.name().toLowerCase(Locale.ROOT);
            text.sampleUnlessZero(metric, count.of(ofNone, type), "", label);
            namespaces.forEach(
                    line -> text.sampleUnlessZero(metric, count.of(line.traffic(), type), line.label(), label));
        }
    }

    private static void perQos(MetricsText text, MetricFamily metric, List<NamespaceLine> namespaces, QosCount count) {
        text.begin(metric);
        for (NamespaceLine line : namespaces) {
            for (int qos = 0; qos < QOS_LEVELS; qos++) {
                text.sample(metric, count.of(line.traffic(), qos), line.label(), Integer.toString(qos));
            }
        }
    }

    private void authentication(MetricsText text) {
        MetricFamily metric = MetricFamily.AUTHENTICATION_CHECKS;
        text.begin(metric);
        counters.sources().forEach((source, counts) -> {
            for (SourceOutcome outcome : SourceOutcome.values()) {
                text.sample(metric, counts.get(outcome), source, outcome.label());
            }
        });
    }

    /** What a namespace has not had yet is left out. */
    private static void authorization(MetricsText text, List<NamespaceLine> namespaces) {
        MetricFamily metric = MetricFamily.AUTHORIZATION_CHECKS;
        text.begin(metric);
        for (NamespaceLine line : namespaces) {
            for (DecidedBy by : DecidedBy.values()) {
                text.sampleUnlessZero(metric, line.traffic().allowedBy(by), line.label(), by.label(), "allowed");
                text.sampleUnlessZero(metric, line.traffic().deniedBy(by), line.label(), by.label(), "denied");
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
