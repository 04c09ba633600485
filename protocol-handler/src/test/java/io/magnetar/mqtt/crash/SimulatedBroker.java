package io.magnetar.mqtt.crash;

import io.magnetar.log.InMemoryCompactedLog;
import io.magnetar.message.Publisher;
import io.magnetar.mqtt.access.OpenAccess;
import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.flow.SessionLimits;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.queue.Queues;
import io.magnetar.mqtt.retain.RetainLimits;
import io.magnetar.mqtt.retain.Retained;
import io.magnetar.mqtt.routing.RouteCache;
import io.magnetar.mqtt.routing.Routing;
import io.magnetar.mqtt.session.DurableSessions;
import io.magnetar.mqtt.session.DurableSettings;
import io.magnetar.mqtt.session.GroupRecordLog;
import io.magnetar.mqtt.session.NamespaceStanding;
import io.magnetar.mqtt.session.Session;
import io.magnetar.mqtt.session.SessionKey;
import io.magnetar.mqtt.session.SimulatedOwner;
import io.magnetar.mqtt.share.KeptSettings;
import io.magnetar.mqtt.share.SharedGroups;
import io.magnetar.mqtt.share.SharedStrategies;
import io.magnetar.mqtt.share.SharedStrategy;
import io.magnetar.mqtt.stream.NoStreamGroups;
import io.magnetar.mqtt.takeover.LiveSessions;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import io.magnetar.stream.queue.QueueCatalog;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** One life of the broker: all that it has in memory, over logs that outlive it. It is started again until it has started. */
final class SimulatedBroker {
    static final long EXPIRY_SECONDS = 100_000;
    private static final long RETRY_MILLIS = 2_000;
    private static final int CONNECTION_OWNERS = 2;

    final Namespace namespace;
    final LiveSessions liveSessions = new LiveSessions();
    final DurableSessions durableSessions;
    private final Random random;
    private final SessionServices services;
    private final SharedGroups groups;
    private final SimulatedExecutor executor;
    /** Those of connections first, then those of groups. */
    private final List<SimulatedOwner> owners = new ArrayList<>();

    private final List<RouteCache> routes = new ArrayList<>();
    private boolean started;

    SimulatedBroker(
            Random random,
            VirtualTime time,
            Namespace namespace,
            QueueCatalog streams,
            SimulatedLogs logs,
            SimulatedSessionLog sessionLog) {
        this.random = random;
        this.namespace = namespace;
        this.executor = new SimulatedExecutor(random, time);
        logs.runOn(executor);
        Routing routing = new Routing(streams);
        Retained retained = new Retained(true, new RetainLimits(1_000, 1 << 30, 1 << 20));
        var unused = retained.open(namespace, new InMemoryCompactedLog(Runnable::run));
        this.services = new SessionServices(
                routing,
                streams,
                logs,
                (stream, start, filter, listener) -> CompletableFuture.failedFuture(new StreamFailureException(
                        new StreamFailure(StreamFailure.Kind.UNAVAILABLE, "nobody replays here"))),
                new NoStreamGroups(),
                retained,
                new BrokerClock(time),
                new Counters(),
                new SessionLimits(100, 1 + random.nextInt(6), 1_000, 1 << 30, 100, 128, 1 << 20, 1 << 30, false));
        Queues queues = new Queues(
                logs,
                1 + random.nextInt(4),
                queue -> routing.table(queue.namespace()).keepIn(queue),
                executor);
        SharedStrategy[] strategies = SharedStrategy.values();
        this.groups = new SharedGroups(
                new SharedStrategies(strategies[random.nextInt(strategies.length)], Map.of()),
                services.limits(),
                services.clock(),
                services.counters(),
                new KeptSettings(
                        queues,
                        new GroupRecordLog(sessionLog, executor),
                        this::groupOwner,
                        100,
                        1 << 20,
                        Long.MAX_VALUE));
        this.durableSessions = new DurableSessions(
                services,
                sessionLog,
                queues,
                groups,
                logs,
                new DurableSettings(new SessionKey(namespace, "broker"), 100, EXPIRY_SECONDS, Long.MAX_VALUE),
                executor);
        for (int i = 0; i < CONNECTION_OWNERS; i++) {
            owners.add(new SimulatedOwner(executor::after));
            routes.add(new RouteCache(routing.table(namespace), 128));
        }
        start();
    }

    private Owner groupOwner() {
        SimulatedOwner owner = new SimulatedOwner(executor::after);
        owners.add(owner);
        return owner;
    }

    private void start() {
        var unused = durableSessions
                .read()
                .thenCompose(read -> durableSessions.takeUp(namespace))
                .thenCompose(taken ->
                        durableSessions.start(one -> CompletableFuture.completedFuture(NamespaceStanding.OPEN)))
                .whenComplete((done, failure) -> {
                    if (failure == null) {
                        started = true;
                    } else {
                        executor.after(RETRY_MILLIS, this::start);
                    }
                });
    }

    boolean isStarted() {
        return started;
    }

    /** Runs one task of any thread. */
    boolean runOne() {
        int threads = owners.size() + 1;
        int first = random.nextInt(threads);
        for (int i = 0; i < threads; i++) {
            int thread = (first + i) % threads;
            if (thread < owners.size() ? owners.get(thread).runOne() : executor.runOne()) {
                return true;
            }
        }
        return false;
    }

    SimulatedConnection connect(DurableClient client, Connect connect) {
        return new SimulatedConnection(this, owners.get(random.nextInt(CONNECTION_OWNERS)), client, connect);
    }

    Session session(Link link, SimulatedOwner owner, Connect connect, DurableSessions.Opened opened) {
        return new Session(
                new Session.Surroundings(
                        services,
                        groups,
                        routes.get(owners.indexOf(owner)),
                        OpenAccess.of(new Publisher(namespace, connect.clientId(), null), owner)),
                link,
                owner,
                connect,
                opened.session());
    }
}
