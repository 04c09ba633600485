package io.magnetar.mqtt.connection;

import io.magnetar.mqtt.access.AccessControl;
import io.magnetar.mqtt.admission.Admission;
import io.magnetar.mqtt.auth.AuthenticationFlow;
import io.magnetar.mqtt.auth.Authenticators;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.connect.ConnectFlow;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.mount.MountedClient;
import io.magnetar.mqtt.mount.Mounts;
import io.magnetar.mqtt.namespace.NamespaceChoice;
import io.magnetar.mqtt.namespace.Namespaces;
import io.magnetar.mqtt.namespace.Newcomer;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.session.DurableSessions;
import io.magnetar.mqtt.share.SharedGroups;
import io.magnetar.mqtt.takeover.ConnectedClient;
import io.magnetar.mqtt.takeover.LiveSessions;
import io.magnetar.mqtt.trace.PacketTrace;
import io.magnetar.mqtt.trace.PacketTraces;
import org.jspecify.annotations.Nullable;

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
        AccessControl access,
        ConnectFlow connectFlow,
        RefusalLog refusalLog,
        PacketTraces traces,
        Mounts mounts,
        ConnectionSettings settings) {

    /** The authentication of one more connection. */
    AuthenticationFlow authentication(PacketSink sink, Owner owner) {
        return new AuthenticationFlow(
                authenticators, sink, owner, services.clock()::millis, settings.connectTimeoutMillis());
    }

    /** Counts a client that has not proved who it is, and says so. */
    PacketException unauthenticated(ReasonCode code, String reason) {
        boolean unavailable = code == ReasonCode.SERVER_UNAVAILABLE || code == ReasonCode.SERVER_BUSY;
        services.counters().count(unavailable ? Counter.AUTHENTICATION_UNAVAILABLE : Counter.AUTHENTICATION_DENIED);
        return new PacketException(code, reason);
    }

    /** The trace of a client that is not decided on; null when there is none, or none as far as is known. */
    @Nullable
    PacketTrace traceOf(Newcomer client) {
        if (!traces.anyRun()) {
            return null;
        }
        try {
            return namespaceChoice
                    .before(client)
                    .map(chosen -> traces.of(chosen, client.clientId()))
                    .orElse(null);
        } catch (PacketException e) {
            return null; // Told to the client when its turn has come.
        }
    }

    /** What is shown of a client that has connected now. */
    ConnectedClient client(Connect decided, ConnectFlow.Accepted accepted, MountedClient admitted) {
        return new ConnectedClient(
                admitted.namespace(),
                admitted.clientId(),
                decided.version(),
                admitted.username(),
                admitted.peer().address(),
                accepted.keepAliveSeconds(),
                decided.cleanStart(),
                accepted.sessionExpirySeconds(),
                services.clock().millis());
    }

    /** @throws PacketException when the namespace that the client is in, wherever its topics are, has been deleted, or bans it */
    void checkWanted(MountedClient client) throws PacketException {
        if (!namespaces.isOpen(client.namespace())) {
            throw new PacketException(ReasonCode.NOT_AUTHORIZED, "the namespace was deleted");
        }
        admission.checkBans(
                client.namespace(),
                client.clientId(),
                client.username(),
                client.peer().address().getAddress());
    }
}
