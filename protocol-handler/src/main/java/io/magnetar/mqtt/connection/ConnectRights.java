package io.magnetar.mqtt.connection;

import io.magnetar.message.Publisher;
import io.magnetar.mqtt.access.ClientAccess;
import io.magnetar.mqtt.access.CredentialRules;
import io.magnetar.mqtt.access.Decision;
import io.magnetar.mqtt.access.Subject;
import io.magnetar.mqtt.auth.Identity;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.flow.Failures;
import io.magnetar.mqtt.listener.Peer;
import io.magnetar.mqtt.mount.MountedClient;
import io.magnetar.mqtt.mount.Mountpoint;
import io.magnetar.mqtt.mount.Placement;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.session.DurableSession;
import io.magnetar.mqtt.session.DurableSessions;
import io.magnetar.mqtt.session.Session;
import io.magnetar.mqtt.session.SessionKey;
import io.magnetar.mqtt.session.SessionRefusedException;
import io.magnetar.mqtt.subscribe.SubscriptionRights;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a client's rights say to its CONNECT: whether it may have its will, and whether it can be found out what it may have of the
 * subscriptions that its session had.
 *
 * <p>Thread: the connection's owner.
 */
final class ConnectRights {
    private final ConnectionServices connections;
    private final ClientAccess access;

    private ConnectRights(ConnectionServices connections, ClientAccess access) {
        this.connections = connections;
        this.access = access;
    }

    /** The session that is the client's. */
    SessionKey key() {
        Publisher client = access.publisher();
        return new SessionKey(client.namespace(), String.valueOf(client.clientId()));
    }

    /**
     * The rights of a client are those of its own namespace, to its topics as it writes them.
     *
     * @param client as it has been let in
     * @param placement where its session and its topics are
     */
    static ConnectRights of(
            ConnectionServices connections, MountedClient client, Placement placement, Identity identity, IoLoop loop) {
        connections.services().counters().count(Counter.AUTHENTICATION_ALLOWED, placement.namespace());
        Peer.Certificate certificate = client.peer().certificate();
        Mountpoint mountpoint = placement.mountpoint();
        Subject subject = new Subject(
                new Publisher(client.namespace(), client.clientId(), client.username()),
                identity.username() != null,
                identity.role(),
                certificate == null ? null : certificate.commonName(),
                client.peer().address().getAddress(),
                identity.superuser(),
                CredentialRules.read(identity.rules()));
        return new ConnectRights(
                connections,
                connections
                        .access()
                        .client(
                                subject,
                                new ClientAccess.Place(
                                        new Publisher(placement.namespace(), placement.clientId(), client.username()),
                                        mountpoint == null ? "" : mountpoint.prefix()),
                                loop,
                                loop.traffic(Optional.of(placement.namespace())),
                                connections.services().counters().of(placement.namespace())));
    }

    ClientAccess access() {
        return access;
    }

    /** What the session of the client begins with. */
    Session.Surroundings surroundings(IoLoop loop) {
        return new Session.Surroundings(
                connections.services(),
                connections.groups(),
                loop.routes(access.publisher().namespace()),
                access);
    }

    /** The client has authenticated again: its rights are those of its new credential. */
    void become(Identity identity) {
        access.become(identity.role(), identity.superuser(), CredentialRules.read(identity.rules()));
    }

    /** A session was opened for a connection that is not there any more. */
    static void abandon(DurableSessions.@Nullable Opened opened) {
        if (opened != null && opened.session() != null) {
            opened.session().abandon();
        }
    }

    /** @param then told once, maybe before this returns: why the client is refused, or null when it is not */
    void checkWill(Connect.@Nullable Will will, Consumer<@Nullable PacketException> then) {
        if (will == null) {
            then.accept(null);
            return;
        }
        access.will(will.topic(), will.qos(), will.retain(), decision -> {
            if (decision != Decision.ALLOWED) {
                connections.services().counters().count(Counter.PUBLISHES_DENIED);
            }
            then.accept(
                    switch (decision) {
                        case ALLOWED -> null;
                        case DENIED ->
                            new PacketException(ReasonCode.NOT_AUTHORIZED, "the client may not publish its will");
                        case UNAVAILABLE, PENDING ->
                            new PacketException(
                                    ReasonCode.SERVER_UNAVAILABLE,
                                    "whether the client may publish its will cannot be found out now");
                    });
        });
    }

    /** Why a session could not be opened, as its client is told. */
    static PacketException problem(@Nullable Throwable failure) {
        return Failures.cause(failure) instanceof SessionRefusedException refused
                ? new PacketException(refused.code(), String.valueOf(refused.getMessage()))
                : new PacketException(ReasonCode.SERVER_UNAVAILABLE, "the session cannot be opened now");
    }

    /** Looks at the subscriptions of a session that goes on. Those that it may not have any more end when it does. */
    void checkSubscriptions(@Nullable DurableSession kept, Consumer<@Nullable PacketException> then) {
        if (kept == null) {
            then.accept(null);
            return;
        }
        new SubscriptionRights(connections.services(), access, filter -> true)
                .decide(
                        kept.requests(),
                        refused -> then.accept(
                                refused.containsValue(Decision.UNAVAILABLE)
                                        ? new PacketException(
                                                ReasonCode.SERVER_UNAVAILABLE,
                                                "what the session may be subscribed to cannot be found out now")
                                        : null));
    }
}
