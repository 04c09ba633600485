package io.magnetar.mqtt.connection;

import io.magnetar.mqtt.admission.Admission;
import io.magnetar.mqtt.auth.Authenticators;
import io.magnetar.mqtt.connect.ConnectFlow;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.namespace.NamespaceChoice;
import io.magnetar.mqtt.namespace.Namespaces;
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
        ConnectionSettings settings) {}
