package io.magnetar.mqtt.connection;

import io.magnetar.message.Publisher;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.quota.NamespaceQuota;
import io.magnetar.mqtt.session.DurableSessions;
import io.magnetar.mqtt.session.SessionKey;
import io.magnetar.mqtt.session.SessionRefusedException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens the session of one connection, when its client identifier is its own: a broker that is full finds out before the session is
 * touched.
 *
 * <p>Thread: the connection's owner.
 */
final class SessionOpening {
    private final ConnectionServices connections;
    /** Of a client that the broker counts; null while it does not. */
    private @Nullable NamespaceQuota quota;
    /** Open, and its connection has not begun. */
    private DurableSessions.@Nullable Opened unbegun;

    SessionOpening(ConnectionServices connections) {
        this.connections = connections;
    }

    /**
     * Opens it.
     *
     * @param decided the CONNECT that is decided on; gives null when the connection has ended
     * @param sessionExpirySeconds how long the session outlives the connection
     * @return fails with {@link SessionRefusedException} when the client is not to have it
     */
    CompletableFuture<DurableSessions.Opened> open(
            SessionKey key, Publisher publisher, Supplier<@Nullable Connect> decided, long sessionExpirySeconds) {
        Connect connect = decided.get();
        if (connect == null) {
            return CompletableFuture.failedFuture(new CancellationException("the connection has ended"));
        }
        if (!connections.namespaces().isOpen(key.namespace())) {
            return CompletableFuture.failedFuture(
                    new SessionRefusedException(ReasonCode.NOT_AUTHORIZED, "the namespace was deleted"));
        }
        try {
            quota = connections.admission().enter(key.namespace(), connect.will());
        } catch (PacketException e) {
            return CompletableFuture.failedFuture(new SessionRefusedException(e.reasonCode(), e.problem()));
        }
        return connections
                .durableSessions()
                .open(
                        key,
                        new DurableSessions.Request(
                                connect.cleanStart(), sessionExpirySeconds, publisher, connect.will()));
    }

    /**
     * Looks at the subscriptions of a session that is open.
     *
     * @param then told once, maybe before this returns, unless the connection ends before: why the client is refused, or null when it is not
     */
    void check(ConnectRights rights, DurableSessions.Opened opened, Consumer<@Nullable PacketException> then) {
        unbegun = opened;
        rights.checkSubscriptions(opened.session(), problem -> {
            if (unbegun == null) {
                return;
            }
            unbegun = null;
            if (problem != null) {
                ConnectRights.abandon(opened);
            }
            then.accept(problem);
        });
    }

    /** What the namespace of a client that the broker counts may use. */
    NamespaceQuota quota() {
        return Objects.requireNonNull(quota, "nobody is let in");
    }

    /** The connection has ended: the broker counts it no longer, and a session that it has not begun with is as it was before. */
    void end() {
        ConnectRights.abandon(unbegun);
        unbegun = null;
        if (quota != null) {
            connections.admission().leave(quota);
            quota = null;
        }
    }
}
