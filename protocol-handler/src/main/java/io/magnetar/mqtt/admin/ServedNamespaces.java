package io.magnetar.mqtt.admin;

import io.magnetar.mqtt.namespace.NamespaceSettings;
import io.magnetar.mqtt.namespace.Namespaces;
import io.magnetar.mqtt.session.SessionCounts;
import io.magnetar.mqtt.takeover.LiveSessions;
import io.magnetar.tenancy.Namespace;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the broker that answers has of a namespace. Others may have more.
 *
 * <p>Thread: any.
 *
 * @param broker its name
 * @param counts the durable sessions of each namespace
 */
public record ServedNamespaces(
        String broker,
        NamespaceSettings settings,
        Namespaces namespaces,
        LiveSessions liveSessions,
        Supplier<Map<Namespace, SessionCounts>> counts) {

    /** Fails for a tenant that is no namespace here. */
    void check(Namespace namespace) {
        if (!settings.isServed(namespace.name())) {
            throw RefusedRequest.bad(
                    "the tenant " + namespace + " is no MQTT namespace here: mqttTenants does not match it");
        }
    }

    Map<String, Object> describe(Namespace namespace) {
        SessionCounts sessions = counts.get().getOrDefault(namespace, SessionCounts.NONE);
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("open", namespaces.isOpen(namespace));
        description.put("clients", liveSessions.of(namespace).size());
        description.put("durableSessions", sessions.connected() + sessions.absent());
        return description;
    }
}
