package io.magnetar.mqtt.connection;

import io.magnetar.log.InMemoryCompactedLog;
import io.magnetar.mqtt.access.AccessControl;
import io.magnetar.mqtt.admission.Admission;
import io.magnetar.mqtt.admission.AdmissionSettings;
import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.connect.ConnectFlow;
import io.magnetar.mqtt.connect.ConnectSettings;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.flow.SessionLimits;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.listener.Listener;
import io.magnetar.mqtt.listener.Scheme;
import io.magnetar.mqtt.mount.Mounts;
import io.magnetar.mqtt.namespace.NamespaceChoice;
import io.magnetar.mqtt.namespace.NamespaceSettings;
import io.magnetar.mqtt.namespace.Namespaces;
import io.magnetar.mqtt.namespace.Tenants;
import io.magnetar.mqtt.owner.TurnsOwner;
import io.magnetar.mqtt.queue.Queues;
import io.magnetar.mqtt.retain.RetainLimits;
import io.magnetar.mqtt.retain.Retained;
import io.magnetar.mqtt.routing.Routing;
import io.magnetar.mqtt.session.CompactedSessionLog;
import io.magnetar.mqtt.session.DurableSessions;
import io.magnetar.mqtt.session.DurableSettings;
import io.magnetar.mqtt.session.GroupRecordLog;
import io.magnetar.mqtt.session.NamespaceStanding;
import io.magnetar.mqtt.session.SessionKey;
import io.magnetar.mqtt.session.SessionLog;
import io.magnetar.mqtt.session.SimulatedStreams;
import io.magnetar.mqtt.share.KeptSettings;
import io.magnetar.mqtt.share.SharedGroups;
import io.magnetar.mqtt.share.SharedStrategies;
import io.magnetar.mqtt.share.SharedStrategy;
import io.magnetar.mqtt.stream.NoStreamGroups;
import io.magnetar.mqtt.takeover.LiveSessions;
import io.magnetar.mqtt.trace.PacketTraces;
import io.magnetar.mqtt.transport.TlsContexts;
import io.magnetar.mqtt.transport.TransportPipeline;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import io.magnetar.stream.queue.LogAppender;
import io.magnetar.tenancy.Namespace;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A broker without sockets and without Pulsar, whose limits are small: everything between the bytes of its clients and its logs
 * is the real thing. Time stands still unless it is told to go on.
 *
 * <p>Thread: the simulation's.
 */
final class FuzzedBroker {
    private static final int MAX_TURNS = 1_000;
    private static final int MAX_PACKET_SIZE = 2_048;
    /** What a log has refused is tried again by then. */
    private static final long RETRY_MILLIS = 2_500;
    /** No session lasts longer. */
    private static final long LONGEST_MILLIS = 2_000_000;

    private static final long EPOCH_MILLIS = 1_700_000_000_000L;
    private static final Namespace NAMESPACE = new Namespace("fuzzed");
    private static final SessionKey BROKER = new SessionKey(NAMESPACE, "broker");

    /** Its event loop is the executor of sessions that have no connection. */
    private final EmbeddedChannel keeper = new EmbeddedChannel();

    /** All there were: an event loop outlives its connections, and has something to do after their end. */
    private final Map<EmbeddedChannel, SentPackets> clients = new LinkedHashMap<>();

    private final Random random;
    private final SimulatedStreams streams = new SimulatedStreams(NAMESPACE);
    private final SimulatedQueues queues = new SimulatedQueues();
    private final SimulatedAuthentication authentication = new SimulatedAuthentication();
    private final InMemoryCompactedLog records = new InMemoryCompactedLog(keeper.eventLoop());
    private final Routing routing = new Routing(streams);
    private final ConnectionServices connections;
    private final TransportPipeline transport;
    private long millis = EPOCH_MILLIS;
    private int recorded;

    FuzzedBroker(Random random) {
        this.random = random;
        BrokerClock clock = new BrokerClock(() -> Instant.ofEpochMilli(millis));
        Counters counters = new Counters();
        SessionServices services = new SessionServices(
                routing,
                streams,
                new LogAppender(streams, queues),
                (stream, start, filter, listener) -> CompletableFuture.failedFuture(new StreamFailureException(
                        new StreamFailure(StreamFailure.Kind.UNAVAILABLE, "nobody replays here"))),
                new NoStreamGroups(),
                new Retained(true, new RetainLimits(10, 1 << 14, 1 << 12)),
                clock,
                counters,
                new SessionLimits(5, 3, 10, 1 << 12, 10, 8, 1 << 12, 1 << 16, true));
        SessionLog sessionLog = new CompactedSessionLog(records, clock);
        Queues opened =
                new Queues(queues, 2, queue -> routing.table(queue.namespace()).keepIn(queue), keeper.eventLoop());
        SharedGroups groups = new SharedGroups(
                new SharedStrategies(SharedStrategy.ROUND_ROBIN, Map.of()),
                services.limits(),
                clock,
                counters,
                new KeptSettings(
                        opened,
                        new GroupRecordLog(sessionLog, keeper.eventLoop()),
                        () -> new TurnsOwner(keeper.eventLoop()),
                        2,
                        1 << 12,
                        100_000));
        DurableSessions sessions = new DurableSessions(
                services,
                sessionLog,
                opened,
                groups,
                queues,
                new DurableSettings(BROKER, 4, 1_000, 100_000),
                keeper.eventLoop());
        var unused = sessions.start(namespace -> CompletableFuture.completedFuture(NamespaceStanding.OPEN));
        unused = records.follow(record -> recorded++);
        connections = new ConnectionServices(
                services,
                new NamespaceChoice(NamespaceSettings.only(NAMESPACE)),
                namespaces(),
                new Admission(
                        new AdmissionSettings(4, 0, 0, 1, 1, AdmissionSettings.Banned.NOBODY),
                        services.quotas(),
                        () -> TimeUnit.MILLISECONDS.toNanos(millis)),
                groups,
                new LiveSessions(),
                sessions,
                authentication.authenticators(),
                new AccessControl(),
                new ConnectFlow(
                        services,
                        new ConnectSettings(
                                23,
                                MAX_PACKET_SIZE,
                                3,
                                100,
                                "responses/",
                                new ConnectSettings.SessionExpiry(1_000, 500))),
                new RefusalLog(System::nanoTime),
                new PacketTraces(
                        null, () -> Instant.ofEpochMilli(millis), keeper.eventLoop(), (namespace, clientId) -> {}),
                new Mounts(null),
                new ConnectionSettings(MAX_PACKET_SIZE, 10_000, 150, 1 << 14));
        Listener listener = new Listener(
                Scheme.MQTT,
                new InetSocketAddress(0),
                "",
                Listener.UNLIMITED,
                Listener.UNLIMITED,
                false,
                null,
                null,
                null,
                null);
        transport = new TransportPipeline(listener, new TlsContexts(List.of(listener)), 10_000, MAX_PACKET_SIZE);
    }

    /** The one of all clients, which is opened with the first of them. */
    private static Namespaces namespaces() {
        Tenants one = new Tenants() {
            @Override
            public CompletableFuture<Standing> standing(Namespace namespace) {
                return CompletableFuture.completedFuture(Standing.THERE);
            }

            @Override
            public CompletableFuture<Void> create(Namespace namespace) {
                return CompletableFuture.failedFuture(new IllegalStateException("it is there"));
            }

            @Override
            public void onChange(Tenants.Listener listener) {}
        };
        return new Namespaces(
                NamespaceSettings.only(NAMESPACE),
                one,
                namespace -> CompletableFuture.completedFuture(null),
                System::nanoTime);
    }

    /** A client opens a connection. */
    EmbeddedChannel connect() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        transport.addTo(channel);
        IoLoop loop = new IoLoop(channel.eventLoop(), connections.services());
        ConnectionHandler handler = new ConnectionHandler(connections, loop, channel);
        channel.pipeline().addLast(handler);
        channel.pipeline().fireChannelActive();
        clients.put(channel, new SentPackets());
        return channel;
    }

    /** A client sends bytes. */
    void send(EmbeddedChannel client, byte[] bytes) {
        client.writeInbound(Unpooled.wrappedBuffer(bytes));
        check(client);
    }

    /** A client is gone without a word. */
    void cut(EmbeddedChannel client) {
        var unused = client.close();
        client.runPendingTasks();
        check(client);
    }

    /** What a client was sent. */
    SentPackets sent(EmbeddedChannel client) {
        return Objects.requireNonNull(clients.get(client), "a client of this broker");
    }

    /** How many records of sessions were written. */
    int recorded() {
        return recorded;
    }

    /** Lets everything come to rest. */
    void work(boolean logsMayFail) {
        boolean busy = true;
        for (int i = 0; busy && i < MAX_TURNS; i++) {
            busy = streams.settleOne(random, logsMayFail);
            busy |= queues.work(random, logsMayFail);
            busy |= authentication.answerOne();
            records.failWith(
                    logsMayFail && random.nextInt(10) == 0
                            ? new StreamFailure(StreamFailure.Kind.UNAVAILABLE, "simulated")
                            : null);
            keeper.runPendingTasks();
            for (EmbeddedChannel client : clients.keySet()) {
                client.runPendingTasks();
                busy |= check(client) || client.hasPendingTasks();
            }
            busy |= keeper.hasPendingTasks();
        }
        records.failWith(null);
    }

    /** Lets time pass for all. */
    void pass(long passedMillis) {
        millis += passedMillis;
        keeper.advanceTimeBy(passedMillis, TimeUnit.MILLISECONDS);
        keeper.runPendingTasks();
        for (EmbeddedChannel client : clients.keySet()) {
            client.advanceTimeBy(passedMillis, TimeUnit.MILLISECONDS);
            client.runPendingTasks();
            check(client);
        }
    }

    /** Looks at what was sent to a client. */
    private boolean check(EmbeddedChannel client) {
        SentPackets sent = sent(client);
        boolean some = false;
        for (ByteBuf out = client.readOutbound(); out != null; out = client.readOutbound()) {
            some = true;
            sent.take(out);
        }
        return some;
    }

    /** All clients are gone, and after a while all their sessions. */
    void close() {
        clients.keySet().forEach(this::cut);
        work(false);
        pass(RETRY_MILLIS);
        work(false);
        pass(LONGEST_MILLIS);
        work(false);
        int live = connections.liveSessions().size();
        int durable = connections.durableSessions().size();
        if (live > 0 || durable > 0) {
            throw new IllegalStateException(live + " live and " + durable + " durable sessions are left");
        }
    }
}
