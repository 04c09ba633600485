package io.magnetar.mqtt.admin;

import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.record.SessionDefinition;
import io.magnetar.mqtt.record.SubscriptionRecord;
import io.magnetar.mqtt.session.RecordedSessions.Recorded;
import io.magnetar.mqtt.session.SessionFigures;
import io.magnetar.mqtt.takeover.ConnectedClient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A client and its session in words and numbers. Stateless. */
final class ClientDescription {
    private ClientDescription() {}

    /** @param whole with the subscriptions one by one */
    static Map<String, Object> of(
            String clientId, ClientFilter.Candidate candidate, Optional<SessionFigures> figures, boolean whole) {
        Map<String, Object> body = new LinkedHashMap<>();
        ConnectedClient client = candidate.client();
        Recorded session = candidate.session();
        body.put("client", clientId);
        body.put("connected", client != null);
        body.put("durable", session != null);
        if (client != null) {
            describe(client, body);
        }
        if (session != null) {
            describe(session, client == null, body);
        }
        List<Map<String, Object>> subscriptions = subscriptions(session, figures);
        body.put("subscriptions", whole ? subscriptions : subscriptions.size());
        figures.ifPresent(now -> {
            body.put("inFlight", now.inFlight());
            body.put("queued", now.queued());
            body.put("queuedBytes", now.queuedBytes());
        });
        return body;
    }

    private static void describe(ConnectedClient client, Map<String, Object> body) {
        body.put("protocol", protocol(client.version()));
        if (client.username() != null) {
            body.put("username", client.username());
        }
        body.put("address", client.address().getAddress().getHostAddress());
        body.put("port", client.address().getPort());
        body.put("connectedSince", Instant.ofEpochMilli(client.sinceMillis()).toString());
        body.put("keepAliveSeconds", client.keepAliveSeconds());
        body.put("cleanStart", client.cleanStart());
        body.put("sessionExpirySeconds", client.sessionExpirySeconds());
    }

    private static String protocol(ProtocolVersion version) {
        if (version.isMqtt5()) {
            return "5.0";
        }
        return version.isMqtt31() ? "3.1" : "3.1.1";
    }

    private static void describe(Recorded session, boolean absent, Map<String, Object> body) {
        SessionDefinition definition = session.definition();
        body.put("owed", definition.owes());
        if (!absent) {
            return;
        }
        body.put("sessionExpirySeconds", definition.expirySeconds());
        if (!definition.isConnected()) {
            body.put(
                    "disconnectedSince",
                    Instant.ofEpochMilli(definition.disconnectedMillis()).toString());
        }
        if (session.expiresAtMillis() != Long.MAX_VALUE) {
            body.put(
                    "expiresAt", Instant.ofEpochMilli(session.expiresAtMillis()).toString());
        }
    }

    /** Those that are recorded with their options, those of the connection with their filters. */
    private static List<Map<String, Object>> subscriptions(
            @Nullable Recorded session, Optional<SessionFigures> figures) {
        Map<String, Map<String, Object>> all = new LinkedHashMap<>();
        figures.ifPresent(now -> now.filters().forEach(filter -> all.put(filter, Map.of("filter", filter))));
        if (session != null) {
            for (SubscriptionRecord subscription : session.definition().subscriptions()) {
                Map<String, Object> described = new LinkedHashMap<>();
                described.put("filter", subscription.filter());
                described.put("qos", subscription.qos().ordinal());
                all.put(subscription.filter(), described);
            }
        }
        return new ArrayList<>(all.values());
    }
}
