package io.magnetar.mqtt.connection;

import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.session.Session;
import io.magnetar.mqtt.session.SessionFigures;
import io.magnetar.mqtt.takeover.ConnectedClient;
import io.magnetar.mqtt.takeover.LiveSessions;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What others want of a connection that holds, or waits for, a client identifier.
 *
 * <p>Thread: any; it is done at the connection's owner.
 */
final class LiveConnection implements LiveSessions.Claimant {
    private final Connection connection;
    private final IoLoop loop;
    private final Counters counters;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile @Nullable ConnectedClient client;

    LiveConnection(Connection connection, IoLoop loop, Counters counters) {
        this.connection = connection;
        this.loop = loop;
        this.counters = counters;
    }

    @Override
    public void takeOver() {
        loop.execute(() -> {
            counters.count(Counter.SESSIONS_TAKEN_OVER, connection.namespace());
            connection.endBy(
                    ReasonCode.SESSION_TAKEN_OVER,
                    ReasonCode.SERVER_BUSY,
                    "another connection has come with this client identifier");
        });
    }

    @Override
    public void namespaceClosed() {
        loop.execute(() -> connection.endBy(
                ReasonCode.ADMINISTRATIVE_ACTION, ReasonCode.NOT_AUTHORIZED, "the namespace was deleted"));
    }

    @Override
    public void kick(boolean endsSession) {
        loop.execute(() -> {
            if (endsSession) {
                connection.session().ifPresent(Session::endWithConnection);
            }
            connection.endBy(
                    ReasonCode.ADMINISTRATIVE_ACTION,
                    ReasonCode.SERVER_BUSY,
                    "an administrator has ended the connection");
        });
    }

    /** CONNACK leaves now. */
    void connected(ConnectedClient accepted) {
        client = accepted;
    }

    @Override
    public @Nullable ConnectedClient client() {
        return client;
    }

    @Override
    public CompletableFuture<Optional<SessionFigures>> figures() {
        CompletableFuture<Optional<SessionFigures>> figures = new CompletableFuture<>();
        loop.execute(() -> figures.complete(connection.session().map(Session::figures)));
        return figures;
    }

    @Override
    public void traceChanged() {
        loop.execute(connection::traceChanged);
    }

    /** Nothing of the connection is left. */
    void left() {
        ended.complete(null);
    }

    @Override
    public CompletableFuture<Void> ended() {
        return ended;
    }
}
