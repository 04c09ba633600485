package io.magnetar.mqtt.connection;

import io.magnetar.mqtt.admission.Admission;
import io.magnetar.mqtt.auth.AuthenticationFlow;
import io.magnetar.mqtt.auth.Authenticators;
import io.magnetar.mqtt.connect.ConnectFlow;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.namespace.NamespaceChoice;
import io.magnetar.mqtt.namespace.Namespaces;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.session.DurableSessions;
import io.magnetar.mqtt.share.SharedGroups;
import io.magnetar.mqtt.takeover.LiveSessions;
import io.magnetar.mqtt.trace.PacketTraces;

/** What all connections of a broker share. Thread: any. */
public record ConnectionServices(
        SessionServices services,
        NamespaceChoice namespaceChoice,
        Namespaces namespaces,
        Admission admission,
        SharedGroups groups,
        LiveSessions liveSessions,
        DurableSessions durableSessions,
        Authenticators authenticators,
        ConnectFlow connectFlow,
        RefusalLog refusalLog,
        PacketTraces traces,
        ConnectionSettings settings) {

    /** The authentication of one more connection. */
    AuthenticationFlow authentication(PacketSink sink, Owner owner) {
        return new AuthenticationFlow(
                authenticators, sink, owner, services.clock()::millis, settings.connectTimeoutMillis());
    }
}
