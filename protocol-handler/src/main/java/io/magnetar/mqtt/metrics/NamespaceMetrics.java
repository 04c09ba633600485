package io.magnetar.mqtt.metrics;

import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.session.NamespaceUse;
import io.magnetar.mqtt.session.SessionCounts;
import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What came of connections and of what clients asked for, by namespace; and the limits that an operator has set, with how much of them is
 * used.
 *
 * <p>Thread: any.
 */
final class NamespaceMetrics {
    private final SessionServices services;
    private final Counters counters;
    private final Map<Namespace, SessionCounts> durable;

    NamespaceMetrics(SessionServices services, Map<Namespace, SessionCounts> durable) {
        this.services = services;
        this.counters = services.counters();
        this.durable = durable;
    }

    void write(MetricsText text, List<NamespaceLine> namespaces) {
        refusals(text, namespaces);
        events(text, namespaces);
        limits(text, namespaces);
    }

    /** Those of connections whose namespace was not known have an empty one. */
    private void refusals(MetricsText text, List<NamespaceLine> namespaces) {
        text.begin(MetricFamily.CONNECTIONS_REFUSED);
        for (ReasonCode code : ReasonCode.values()) {
            long ofNone = counters.refusals(code);
            if (ofNone == 0) {
                continue;
            }
            String label = String.format(Locale.ROOT, "0x%02X", code.code());
            for (NamespaceLine line : namespaces) {
                long refused = line.refused(code);
                ofNone -= refused;
                text.sampleUnlessZero(MetricFamily.CONNECTIONS_REFUSED, refused, line.label(), label);
            }
            text.sampleUnlessZero(MetricFamily.CONNECTIONS_REFUSED, ofNone, "", label);
        }
    }

    private void events(MetricsText text, List<NamespaceLine> namespaces) {
        text.begin(MetricFamily.NAMESPACE_EVENTS);
        for (Counter counter : Counter.ofNamespaces()) {
            long ofNone = counters.get(counter);
            for (NamespaceLine line : namespaces) {
                long counted = line.counted(counter);
                ofNone -= counted;
                text.sampleUnlessZero(MetricFamily.NAMESPACE_EVENTS, counted, line.label(), counter.label());
            }
            text.sampleUnlessZero(MetricFamily.NAMESPACE_EVENTS, ofNone, "", counter.label());
        }
    }

    private void limits(MetricsText text, List<NamespaceLine> namespaces) {
        List<Limited> limited = namespaces.stream()
                .filter(NamespaceLine::isOfOne)
                .map(line -> line.members().get(0))
                .flatMap(namespace -> NamespaceUse.of(services, namespace, durable).stream()
                        .filter(NamespaceUse::isSet)
                        .map(use -> new Limited(namespace.name(), use)))
                .toList();
        text.begin(MetricFamily.NAMESPACE_LIMIT);
        limited.forEach(one -> text.sample(
                MetricFamily.NAMESPACE_LIMIT,
                one.use().limit(),
                one.namespace(),
                one.use().name()));
        text.begin(MetricFamily.NAMESPACE_USED);
        limited.forEach(one -> text.sample(
                MetricFamily.NAMESPACE_USED,
                one.use().used(),
                one.namespace(),
                one.use().name()));
    }

    private record Limited(String namespace, NamespaceUse use) {}
}
