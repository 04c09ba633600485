package io.magnetar.mqtt.session;

import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.quota.NamespaceLimits;
import io.magnetar.mqtt.quota.NamespaceQuota;
import io.magnetar.mqtt.retain.RetainedStore;
import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.Map;

/**
 * How full one limit of a namespace is.
 *
 * <p>Thread: immutable.
 *
 * @param name as in its property
 * @param limit 0 for none
 * @param isSet an operator has set it for the namespace
 */
public record NamespaceUse(String name, long used, long limit, boolean isSet) {
    /**
     * All that are counted of a namespace.
     *
     * @param durable how many durable sessions there are
     */
    public static List<NamespaceUse> of(
            SessionServices services, Namespace namespace, Map<Namespace, SessionCounts> durable) {
        NamespaceQuota quota = services.quotas().of(namespace);
        NamespaceLimits limits = quota.limits();
        NamespaceLimits preset = services.quotas().preset();
        SessionCounts sessions = durable.getOrDefault(namespace, SessionCounts.NONE);
        RetainedStore retained = services.retained().store(namespace);
        return List.of(
                use(
                        "connections",
                        quota.connections(),
                        limits.clients().maxConnections(),
                        preset.clients().maxConnections()),
                use(
                        "sessions",
                        sessions.connected() + sessions.absent(),
                        limits.clients().maxSessions(),
                        preset.clients().maxSessions()),
                use(
                        "subscriptions",
                        quota.subscriptions(),
                        limits.clients().maxSubscriptions(),
                        preset.clients().maxSubscriptions()),
                use(
                        "retained-messages",
                        retained.count(),
                        limits.retained().maxMessages(),
                        preset.retained().maxMessages()),
                use(
                        "retained-bytes",
                        retained.bytes(),
                        limits.retained().maxBytes(),
                        preset.retained().maxBytes()),
                use(
                        "streams",
                        services.streams().of(namespace).all().size(),
                        limits.streams().maxStreams(),
                        preset.streams().maxStreams()),
                use(
                        "stream-storage",
                        quota.storedBytes(),
                        limits.streams().maxStorageBytes(),
                        preset.streams().maxStorageBytes()));
    }

    private static NamespaceUse use(String name, long used, long limit, long preset) {
        return new NamespaceUse(name, used, limit, limit != preset);
    }
}
