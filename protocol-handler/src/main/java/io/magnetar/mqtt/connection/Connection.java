package io.magnetar.mqtt.connection;

import io.magnetar.message.Publisher;
import io.magnetar.mqtt.auth.AuthenticationFlow;
import io.magnetar.mqtt.auth.Identity;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.codec.TopicNameSource;
import io.magnetar.mqtt.connect.ConnectFlow;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.Traffic;
import io.magnetar.mqtt.listener.Peer;
import io.magnetar.mqtt.mount.MountedClient;
import io.magnetar.mqtt.mount.Mountpoint;
import io.magnetar.mqtt.mount.Placement;
import io.magnetar.mqtt.namespace.NamespaceFlow;
import io.magnetar.mqtt.namespace.Newcomer;
import io.magnetar.mqtt.packet.Auth;
import io.magnetar.mqtt.packet.Authentication;
import io.magnetar.mqtt.packet.ConnAck;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.Disconnect;
import io.magnetar.mqtt.packet.Packet;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.Publish;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.routing.RouteCache;
import io.magnetar.mqtt.session.DurableSessions;
import io.magnetar.mqtt.session.Session;
import io.magnetar.mqtt.session.SessionKey;
import io.magnetar.mqtt.trace.PacketTrace;
import io.magnetar.tenancy.Namespace;
import java.net.InetAddress;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one connection, from CONNECT to its end.
 *
 * <pre>
 *   AWAITS_CONNECT --CONNECT--> AUTHENTICATES --success--> OPENS_NAMESPACE --open--> CLAIMS_CLIENT_ID --alone--> CONNECTED
 *        |                           |                          |                                                   |
 *        +---------------------------+--------------------------+--refused, timeout, not MQTT--> ENDED <-----------+
 *                                                                                 DISCONNECT, error, timeout, takeover
 * </pre>
 *
 * Thread: the connection's owner.
 */
final class Connection {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private enum State {
        AWAITS_CONNECT,
        AUTHENTICATES,
        OPENS_NAMESPACE,
        CLAIMS_CLIENT_ID,
        CONNECTED,
        ENDED
    }

    private final ConnectionServices connections;
    private final IoLoop loop;
    private final NettyPacketSink sink;
    private final BooleanSupplier isHeld;
    private final Supplier<Peer> peer;
    private final Runnable onTurn;
    private final Runnable onConnected;
    private final Runnable onTrace;
    private final AuthenticationFlow authentication;
    private final NamespaceEntry namespace;
    private final SessionOpening opening;
    private final LiveConnection live;

    private State state = State.AWAITS_CONNECT;
    private CompletableFuture<?> claim = CompletableFuture.completedFuture(null);
    private @Nullable KeepAlive keepAlive;
    private @Nullable SessionKey key;
    private @Nullable MountedClient admitted;
    private @Nullable Mountpoint mountpoint;
    private @Nullable Session session;
    /** Of a client that is connected. */
    private @Nullable Traffic traffic;
    /** Until it is accepted. */
    private @Nullable Connect connect;

    /**
     * @param peer who is at the other end
     * @param isHeld the connection is not read, by our own decision
     * @param onTurn runs when a packet is taken again before that
     * @param onConnected runs when packets after CONNECT may be passed on
     * @param onTrace runs when a trace of the client has begun or ended
     */
    Connection(
            ConnectionServices connections,
            IoLoop loop,
            NettyPacketSink sink,
            Supplier<Peer> peer,
            BooleanSupplier isHeld,
            Runnable onTurn,
            Runnable onConnected,
            Runnable onTrace) {
        this.onTrace = onTrace;
        this.live = new LiveConnection(this, loop, connections.services().counters());
        this.peer = peer;
        this.isHeld = isHeld;
        this.connections = connections;
        this.loop = loop;
        this.sink = sink;
        this.onTurn = onTurn;
        this.onConnected = onConnected;
        this.authentication = connections.authentication(sink, loop);
        this.opening = new SessionOpening(connections);
        this.namespace = new NamespaceEntry(
                new NamespaceFlow(connections.namespaceChoice(), connections.namespaces(), loop), authentication);
        connections.services().counters().count(Counter.CONNECTIONS_OPENED);
    }

    /** False while CONNECT is being decided on: further packets wait. */
    boolean takesPackets() {
        return state == State.AWAITS_CONNECT
                || state == State.CONNECTED
                || (state == State.AUTHENTICATES && authentication.awaitsClient());
    }

    boolean isEnded() {
        return state == State.ENDED;
    }

    /** A read has brought a whole packet, or what the client sends is read again. */
    void heard() {
        if (keepAlive != null) {
            keepAlive.heard();
        }
    }

    /** A read has brought no whole packet, and so many bytes of the next one are there. */
    void heardPart(int bytes) {
        if (keepAlive != null) {
            keepAlive.heardPart(bytes);
        }
    }

    /**
     * @param excess a PUBLISH is refused, for its namespace may send no more now
     * @throws PacketException when the packet breaks the protocol
     */
    void on(Packet packet, boolean excess) throws PacketException {
        if (excess && session != null && packet instanceof Publish publish) {
            session.onExcess(publish);
        } else if (packet instanceof Connect connect) {
            onConnect(connect);
        } else if (packet instanceof Auth auth) {
            authentication.onAuth(auth);
        } else if (session != null) {
            session.on(mountpoint == null ? packet : mountpoint.of(packet));
        } else if (packet instanceof Disconnect) {
            sink.close();
        } else {
            throw new PacketException(
                    ReasonCode.PROTOCOL_ERROR,
                    "before CONNACK a client sends AUTH and DISCONNECT only"); // [MQTT-3.1.2-30]
        }
    }

    /** CONNECT is here: looks whether its client has a trace, before it is decided on; null when not, or not as far as is known. */
    @Nullable
    PacketTrace traceOf(Connect connect) {
        return connections.traceOf(Newcomer.of(connect, peer.get()));
    }

    private void onConnect(Connect connect) {
        this.connect = connect;
        sink.use(connect.version(), connect.reception(), topicAliasMaximum());
        try {
            ConnectFlow.Accepted accepted = connections.connectFlow().accept(connect);
            Newcomer client = Newcomer.of(connect, peer.get());
            InetAddress address = client.peer().address().getAddress();
            connections.admission().check(accepted.clientId(), connect.username(), address);
            Namespace known = namespace.begin(client);
            state = State.AUTHENTICATES;
            authentication.onConnect(connect, known, client.peer(), new AuthenticationFlow.Listener() {
                @Override
                public void continued() {
                    loop.execute(onTurn);
                }

                @Override
                public void authenticated(@Nullable Authentication last, Identity identity) {
                    enterNamespace(identity, accepted.authenticated(last));
                }

                @Override
                public void refused(ReasonCode code, String reason) {
                    refuse(connections.unauthenticated(code, reason));
                }

                @Override
                public void credentialEnded(String reason) {
                    endBy(ReasonCode.NOT_AUTHORIZED, ReasonCode.NOT_AUTHORIZED, reason);
                }
            });
        } catch (PacketException e) {
            refuse(e);
        }
    }

    private void enterNamespace(Identity identity, ConnectFlow.Accepted accepted) {
        state = State.OPENS_NAMESPACE;
        namespace.enter(identity, new NamespaceEntry.Listener() {
            @Override
            public void entered(Namespace entered, Identity known) {
                if (state == State.OPENS_NAMESPACE) {
                    admit(entered, known, accepted.named(known.username()));
                }
            }

            @Override
            public void refused(ReasonCode code, String reason) {
                if (state == State.OPENS_NAMESPACE) {
                    refuse(new PacketException(code, reason));
                }
            }
        });
    }

    private void admit(Namespace namespace, Identity identity, ConnectFlow.Accepted accepted) {
        try {
            MountedClient client = new MountedClient(namespace, accepted.clientId(), accepted.username(), peer.get());
            Placement placement = connections.mounts().place(client);
            key = new SessionKey(placement.namespace(), placement.clientId());
            connections.checkWanted(client);
            connections.admission().checkClient(placement.namespace(), placement.clientId());
            admitted = client;
            mount(placement.mountpoint());
            ConnectRights rights = ConnectRights.of(connections, client, placement, identity, loop);
            authentication.onAgain(rights::become);
            rights.checkWill(Objects.requireNonNull(connect, "it is decided on").will(), problem -> {
                if (state == State.OPENS_NAMESPACE && problem != null) {
                    refuse(problem);
                } else if (state == State.OPENS_NAMESPACE) {
                    claimClientId(rights, accepted);
                }
            });
        } catch (PacketException e) {
            refuse(e);
        }
    }

    private void mount(@Nullable Mountpoint place) {
        mountpoint = place;
        sink.mount(place);
        if (place != null && connect != null) {
            connect = connect.withWill(connect.will() == null ? null : place.of(connect.will()));
        }
    }

    private void claimClientId(ConnectRights rights, ConnectFlow.Accepted accepted) {
        Publisher publisher = rights.access().publisher();
        SessionKey claimed = rights.key();
        state = State.CLAIMS_CLIENT_ID;
        onTrace.run();
        claim = connections
                .liveSessions()
                .claim(claimed, live)
                .thenComposeAsync(
                        alone -> opening.open(
                                claimed,
                                publisher,
                                () -> state == State.ENDED ? null : connect,
                                accepted.sessionExpirySeconds()),
                        loop)
                .handleAsync(
                        (opened, failure) -> {
                            opened(rights, accepted, opened, failure);
                            return opened;
                        },
                        loop);
    }

    private void opened(
            ConnectRights rights,
            ConnectFlow.Accepted accepted,
            DurableSessions.@Nullable Opened opened,
            @Nullable Throwable failure) {
        if (state == State.ENDED) {
            ConnectRights.abandon(opened);
            return;
        }
        if (opened == null) {
            refuse(ConnectRights.problem(failure));
            return;
        }
        opening.check(rights, opened, problem -> {
            if (problem == null) {
                begin(rights, accepted, opened);
            } else {
                refuse(problem);
            }
        });
    }

    private void begin(ConnectRights rights, ConnectFlow.Accepted accepted, DurableSessions.Opened opened) {
        state = State.CONNECTED;
        Connect decided = Objects.requireNonNull(connect, "it is decided on").decided();
        connect = null;
        if (accepted.keepAliveSeconds() > 0) {
            keepAlive = new KeepAlive(
                    loop,
                    accepted.keepAliveSeconds(),
                    connections.settings().keepAlivePercent(),
                    isHeld,
                    this::silent,
                    System::nanoTime);
            keepAlive.start();
        }
        session = new Session(rights.surroundings(loop), sink, loop, decided, opened.session());
        live.connected(connections.client(decided, accepted, Objects.requireNonNull(admitted)));
        Namespace entered = rights.key().namespace();
        Traffic counted = loop.traffic(Optional.of(entered));
        counted.connected();
        traffic = counted;
        connections.services().counters().count(Counter.CONNECTIONS_ACCEPTED, entered);
        sink.countAs(counted, Pace.out(loop, shares(), this::onWritable));
        sink.connAck(accepted.connAck().withSession(opened.present()));
        session.start();
        onConnected.run();
        endIfUnwanted();
    }

    /** A ban or a deletion that came while the client was let in has not met it. */
    private void endIfUnwanted() {
        try {
            connections.checkWanted(Objects.requireNonNull(admitted, "it is connected"));
        } catch (PacketException e) {
            endBy(ReasonCode.ADMINISTRATIVE_ACTION, ReasonCode.BANNED, e.problem());
        }
    }

    /** While it is connected. */
    Optional<Session> session() {
        return state == State.CONNECTED ? Optional.ofNullable(session) : Optional.empty();
    }

    /** That of the client, as soon as it may be in it; null before. */
    @Nullable
    Namespace namespace() {
        return key == null ? null : key.namespace();
    }

    /** Where the packets of this connection's namespace are counted. */
    Traffic traffic() {
        return traffic == null ? loop.traffic(Optional.empty()) : traffic;
    }

    /** A trace of the client has begun or ended. */
    void traceChanged() {
        onTrace.run();
    }

    /** What is shared with other connections of the client's namespace here, once it is let in. */
    Shares shares() {
        return loop.shares(Objects.requireNonNull(key).namespace(), opening.quota());
    }

    /** The trace of this connection's client, null when there is none. */
    @Nullable
    PacketTrace trace() {
        return key == null ? null : connections.traces().of(key.namespace(), key.clientId());
    }

    /** Finds the topics that the client publishes to. */
    TopicNameSource topicNames() {
        RouteCache routes = loop.routes(
                Objects.requireNonNull(key, "no topic is met before CONNECT").namespace());
        return mountpoint == null ? routes : mountpoint.topicNames(routes);
    }

    int topicAliasMaximum() {
        return connections.connectFlow().settings().topicAliasMaximum();
    }

    private void silent() {
        sink.disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT, "no packet was heard for longer than the keep-alive allows");
    }

    /** CONNECT did not come in time, or it is not known in time who sent it. */
    void connectTimeout() {
        if (state == State.AWAITS_CONNECT) {
            noteRefusal(ReasonCode.UNSPECIFIED_ERROR, "CONNECT did not come in time");
            sink.close();
        } else if (state == State.AUTHENTICATES) {
            refuse(new PacketException(
                    authentication.awaitsClient() ? ReasonCode.NOT_AUTHORIZED : ReasonCode.SERVER_UNAVAILABLE,
                    "the authentication took too long"));
        } else if (state == State.OPENS_NAMESPACE) {
            refuse(new PacketException(ReasonCode.SERVER_UNAVAILABLE, "the namespace could not be opened in time"));
        }
    }

    /** Ends the connection for a packet that breaks the protocol, with its reason code where the client can get one. */
    void onBrokenProtocol(PacketException problem) {
        connections.services().counters().count(Counter.PROTOCOL_ERRORS, namespace());
        if (state == State.CONNECTED) {
            sink.disconnect(problem.reasonCode(), problem.problem());
        } else if (state == State.AUTHENTICATES) {
            refuse(problem);
        } else if (problem.reasonCode() == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION) {
            refuse(problem);
        } else if (problem.connectVersion() == ProtocolVersion.MQTT_5) {
            sink.use(ProtocolVersion.MQTT_5, Connect.Reception.DEFAULT, 0);
            refuse(problem);
        } else {
            noteRefusal(problem.reasonCode(), problem.problem());
            sink.close();
        }
    }

    /** The client broke the rules of what its MQTT is wrapped in: there is no way left to tell it in MQTT. */
    void onBrokenTransport() {
        if (state != State.ENDED) {
            connections.services().counters().count(Counter.PROTOCOL_ERRORS, namespace());
            if (session == null) {
                noteRefusal(ReasonCode.PROTOCOL_ERROR, "the listener's transport was not kept to");
            }
            sink.close();
        }
    }

    private void noteRefusal(ReasonCode code, String reason) {
        connections.services().counters().refuse(code, namespace());
        connections.refusalLog().refused(sink.remoteAddress(), connect, code, reason);
    }

    private void refuse(PacketException problem) {
        LOG.debug("Refused {}: {}, {}", peer.get(), problem.reasonCode(), problem.problem());
        noteRefusal(problem.reasonCode(), problem.problem());
        sink.refuse(ConnAck.refused(problem.reasonCode(), problem.problem()));
    }

    /** The broker stops. */
    void shutDown() {
        endBy(ReasonCode.SERVER_SHUTTING_DOWN, ReasonCode.SERVER_UNAVAILABLE, "the broker is shutting down");
    }

    /** Ends the connection; before its CONNACK by a CONNACK, for that comes first [MQTT-3.2.0-1]. */
    void endBy(ReasonCode connected, ReasonCode claiming, String reason) {
        if (state == State.CLAIMS_CLIENT_ID || state == State.OPENS_NAMESPACE || state == State.AUTHENTICATES) {
            refuse(new PacketException(claiming, reason));
        } else if (state == State.CONNECTED) {
            sink.disconnect(connected, reason);
        } else {
            sink.close();
        }
    }

    /** Something of ours failed: this connection ends, no other suffers. */
    void onDefect() {
        endBy(ReasonCode.UNSPECIFIED_ERROR, ReasonCode.UNSPECIFIED_ERROR, "the broker failed to process a packet");
    }

    void onWritable() {
        if (session != null && state == State.CONNECTED) {
            session.onWritable();
        }
    }

    /** The connection has ended, whoever ended it. May be called again. */
    void end() {
        if (state == State.ENDED) {
            return;
        }
        state = State.ENDED;
        opening.end();
        authentication.end();
        namespace.leave();
        if (keepAlive != null) {
            keepAlive.stop();
        }
        connections.services().counters().count(Counter.CONNECTIONS_CLOSED);
        if (traffic != null && key != null) {
            loop.left(key.namespace(), traffic);
        }
        CompletableFuture<Void> left = session == null ? CompletableFuture.completedFuture(null) : session.end();
        // Who claims the client identifier next must also wait for the one that this connection was waiting for.
        var unused = CompletableFuture.allOf(left, claim).whenComplete((ignored, failure) -> {
            if (key != null) {
                connections.liveSessions().release(key, live);
            }
            live.left();
        });
    }
}
