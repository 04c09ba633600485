package io.magnetar.mqtt.crash;

import io.magnetar.message.Publisher;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.packet.ConnAck;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.Packet;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.session.DurableSessions;
import io.magnetar.mqtt.session.Session;
import io.magnetar.mqtt.session.SessionFigures;
import io.magnetar.mqtt.session.SessionKey;
import io.magnetar.mqtt.session.SimulatedOwner;
import io.magnetar.mqtt.takeover.ConnectedClient;
import io.magnetar.mqtt.takeover.LiveSessions;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The broker's side of a link, which claims, opens, begins and ends a session in the order in which a real connection does. */
final class SimulatedConnection implements LiveSessions.Claimant {
    final Link link;

    @Nullable
    SimulatedWill will;

    private final SimulatedBroker broker;
    private final SimulatedOwner owner;
    private final Connect connect;
    private final SessionKey key;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private CompletableFuture<?> claim = CompletableFuture.completedFuture(null);
    private @Nullable Session session;
    private boolean ending;

    SimulatedConnection(SimulatedBroker broker, SimulatedOwner owner, DurableClient client, Connect connect) {
        this.broker = broker;
        this.owner = owner;
        this.connect = connect;
        this.key = new SessionKey(broker.namespace, connect.clientId());
        this.link = new Link(client, () -> owner.execute(this::end));
        owner.execute(this::claim);
    }

    private void claim() {
        DurableSessions.Request request = new DurableSessions.Request(
                connect.cleanStart(),
                connect.sessionExpirySeconds(),
                new Publisher(key.namespace(), key.clientId(), null),
                connect.will());
        claim = broker.liveSessions
                .claim(key, this)
                .thenCompose(alone -> broker.durableSessions.open(key, request))
                .handleAsync(
                        (opened, failure) -> {
                            opened(opened);
                            return opened;
                        },
                        owner);
    }

    private void opened(DurableSessions.@Nullable Opened opened) {
        if (ending) {
            if (opened != null && opened.session() != null) {
                opened.session().abandon();
            }
        } else if (opened == null) {
            link.refuse(ReasonCode.SERVER_UNAVAILABLE);
        } else {
            Session begun = broker.session(link, owner, connect, opened);
            session = begun;
            link.connAck(new ConnAck(opened.present(), ReasonCode.SUCCESS, null, null, null));
            begun.start();
        }
    }

    /** Lets one packet of the client arrive. */
    boolean takeOne() {
        Packet packet = session == null ? null : link.toBroker.poll();
        if (packet == null) {
            return false;
        }
        owner.execute(() -> on(packet));
        return true;
    }

    private void on(Packet packet) {
        if (session == null || ending) {
            return;
        }
        try {
            session.on(packet);
        } catch (PacketException e) {
            throw new AssertionError(key.clientId() + ": " + e.problem(), e);
        }
    }

    /** The broker learns that the client has gone. */
    void lost() {
        owner.execute(this::end);
    }

    private void end() {
        if (ending) {
            return;
        }
        ending = true;
        CompletableFuture<Void> left = session == null ? CompletableFuture.completedFuture(null) : session.end();
        var unused = CompletableFuture.allOf(left, claim).whenComplete((ignored, failure) -> {
            broker.liveSessions.release(key, this);
            ended.complete(null);
        });
    }

    @Override
    public void takeOver() {
        owner.execute(() -> {
            if (session == null) {
                link.refuse(ReasonCode.SERVER_BUSY);
            } else if (!ending) {
                link.disconnect(ReasonCode.SESSION_TAKEN_OVER, null);
            }
        });
    }

    @Override
    public void namespaceClosed() {}

    @Override
    public void kick(boolean endsSession) {
        owner.execute(() -> link.disconnect(ReasonCode.ADMINISTRATIVE_ACTION, null));
    }

    @Override
    public @Nullable ConnectedClient client() {
        return null;
    }

    @Override
    public CompletableFuture<Optional<SessionFigures>> figures() {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public void traceChanged() {
        // Nobody looks at its packets.
    }

    @Override
    public CompletableFuture<Void> ended() {
        return ended;
    }
}
