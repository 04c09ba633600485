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

    /** What the namespace of a client that the broker counts may use. */
    NamespaceQuota quota() {
        return Objects.requireNonNull(quota, "nobody is let in");
    }

    /** The connection has ended: the broker counts it no longer. */
    void end() {
        if (quota != null) {
            connections.admission().leave(quota);
            quota = null;
        }
    }
}
