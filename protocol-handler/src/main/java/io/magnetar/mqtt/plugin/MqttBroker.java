package io.magnetar.mqtt.plugin;

import io.magnetar.log.PulsarCompactedLogs;
import io.magnetar.mqtt.admin.AdminApi;
import io.magnetar.mqtt.admin.CursorRequests;
import io.magnetar.mqtt.admin.InspectionRequests;
import io.magnetar.mqtt.admin.NamespaceStats;
import io.magnetar.mqtt.admin.NamespaceWrites;
import io.magnetar.mqtt.admin.Routes;
import io.magnetar.mqtt.admin.ServedNamespaces;
import io.magnetar.mqtt.admin.StreamCap;
import io.magnetar.mqtt.admin.StreamRequests;
import io.magnetar.mqtt.admin.StreamTopics;
import io.magnetar.mqtt.admin.pulsar.PulsarAccess;
import io.magnetar.mqtt.admin.pulsar.PulsarStreamTopics;
import io.magnetar.mqtt.admission.Admission;
import io.magnetar.mqtt.auth.Authenticators;
import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.config.MqttConfiguration;
import io.magnetar.mqtt.connect.ConnectFlow;
import io.magnetar.mqtt.connection.ConnectionServices;
import io.magnetar.mqtt.connection.ConnectionSettings;
import io.magnetar.mqtt.connection.MqttServer;
import io.magnetar.mqtt.connection.RefusalLog;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.counters.Latency;
import io.magnetar.mqtt.deletion.NamespaceDeletions;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.listener.Listener;
import io.magnetar.mqtt.metrics.MeasuredAppends;
import io.magnetar.mqtt.metrics.Metrics;
import io.magnetar.mqtt.mount.Mounts;
import io.magnetar.mqtt.namespace.NamespaceChoice;
import io.magnetar.mqtt.namespace.Namespaces;
import io.magnetar.mqtt.owned.PulsarOwnedPartitions;
import io.magnetar.mqtt.owned.UnloadedTopics;
import io.magnetar.mqtt.owner.TurnsOwner;
import io.magnetar.mqtt.queue.Queues;
import io.magnetar.mqtt.retain.Retained;
import io.magnetar.mqtt.routing.Routing;
import io.magnetar.mqtt.session.CompactedSessionLog;
import io.magnetar.mqtt.session.DurableSessions;
import io.magnetar.mqtt.session.DurableSettings;
import io.magnetar.mqtt.session.GroupRecordLog;
import io.magnetar.mqtt.session.SessionKey;
import io.magnetar.mqtt.session.SessionLog;
import io.magnetar.mqtt.share.KeptSettings;
import io.magnetar.mqtt.share.SharedGroups;
import io.magnetar.mqtt.status.Readiness;
import io.magnetar.mqtt.status.StatusPage;
import io.magnetar.mqtt.status.StatusServer;
import io.magnetar.mqtt.sys.SysTopics;
import io.magnetar.mqtt.takeover.LiveSessions;
import io.magnetar.mqtt.trace.PacketTraces;
import io.magnetar.mqtt.transport.TlsContexts;
import io.magnetar.stream.append.OwnedPartitions;
import io.magnetar.stream.queue.LogAppender;
import io.magnetar.tenancy.Namespace;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pulsar.broker.PulsarServerException;
import org.apache.pulsar.broker.PulsarService;
import org.apache.pulsar.broker.service.BrokerService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that runs inside one Pulsar broker, wired from top to bottom. Nothing of it is static: two brokers may share a JVM.
 *
 * <p>Start order: the status page at once; then, when the broker serves, the streams, the records of durable sessions, the
 * default namespace with its retained messages and sessions, those of the other sessions, and last the listeners. A step that fails is
 * tried again, and the status page says why; of the other sessions' namespaces one that fails keeps nobody waiting.
 *
 * <p>Thread: any.
 */
public final class MqttBroker {
    private static final Logger LOG = LoggerFactory.getLogger(MqttBroker.class);
    private static final int KEEPERS = 2;
    private static final long RETRY_MILLIS = 2_000;
    private static final long STOP_MILLIS = 10_000;
    private static final long LOOK_AGAIN_MILLIS = 10_000;

    private final MqttConfiguration configuration;
    private final Namespaces namespaces;
    private final ScheduledExecutorService starter =
            Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "magnetar-start"));
    /** Looks after durable sessions until all connections have ended. */
    private final ScheduledExecutorService keeper =
            Executors.newScheduledThreadPool(KEEPERS, task -> daemon(task, "magnetar-sessions"));
    /** Waits for Pulsar's authentication providers, where these block. */
    private final ExecutorService adminAccess =
            Executors.newSingleThreadExecutor(task -> daemon(task, "magnetar-admin"));

    private final AuthenticationSources authenticationSources;
    private final BrokerService brokerService;
    private final UnloadedTopics unloadedTopics;
    private final OperatorLimits limits;
    private final PulsarStreams streams;
    private final Provisioning provisioning;
    private final NamespaceDeletions deletions;
    private final Authorization authorization;
    private final PulsarCompactedLogs logs;
    private final PulsarRetained pulsarRetained;
    private final SysTopics sysTopics;
    private final PulsarQueues queues;
    private final PulsarUsers users;
    private final DurableSessions sessions;
    private final MqttServer server;
    private final StatusServer statusServer;
    private final TlsContexts tls;
    private final PacketTraces traces;
    private final Set<Listener> bound = ConcurrentHashMap.newKeySet();
    private final List<String> listening = new CopyOnWriteArrayList<>();
    private volatile Readiness readiness = Readiness.waiting("the Pulsar broker is starting");
    private volatile boolean closed;

    /**
     * @param given who else finds out who clients are; null for those whom the configuration names
     * @throws PulsarServerException when the broker has no client for us
     */
    public MqttBroker(MqttConfiguration configuration, PulsarService pulsar, @Nullable Authenticators given)
            throws PulsarServerException {
        this.configuration = configuration;
        NamespaceChoice namespaceChoice = new NamespaceChoice(configuration.namespaces());
        this.tls = new TlsContexts(configuration.listeners());
        String name = configuration.brokerName().isEmpty() ? pulsar.getBrokerId() : configuration.brokerName();
        Counters counters = new Counters(configuration.maxStreamMetrics());
        this.limits = new OperatorLimits(configuration, pulsar, starter);
        this.streams = new PulsarStreams(
                configuration, pulsar, name, InstantSource.system(), limits.quotas(), counters.streams(), starter);
        this.brokerService = pulsar.getBrokerService();
        this.unloadedTopics = new UnloadedTopics(brokerService, keeper);
        OwnedPartitions owned = new PulsarOwnedPartitions(brokerService);
        this.logs = new PulsarCompactedLogs(pulsar.getClient(), owned, streams.appendSettings(), keeper);
        this.queues = new PulsarQueues(configuration, pulsar.getClient(), owned, logs, streams, keeper);
        BrokerClock clock = new BrokerClock(InstantSource.system());
        this.users = new PulsarUsers(
                configuration, logs, streams.provisioner(), pulsar.getConfigurationMetadataStore(), clock);
        this.authenticationSources = new AuthenticationSources(configuration, pulsar, users, counters);
        Authenticators authenticators = given == null ? authenticationSources.authenticators() : given;
        Retained retained = limits.retained(configuration.retainAvailable());
        this.pulsarRetained = new PulsarRetained(
                retained, pulsar, logs, counters, streams.provisioner(), InstantSource.system(), starter);
        this.provisioning = new Provisioning(pulsar, streams.provisioner(), starter);
        this.namespaces = new Namespaces(
                configuration.namespaces(),
                new PulsarTenants(
                        pulsar.getConfigurationMetadataStore(),
                        streams.provisioner(),
                        configuration.namespaces().creation(),
                        provisioning.marks()),
                this::prepare,
                System::nanoTime);
        this.authorization = new Authorization(configuration, pulsar, logs, streams, limits, clock, keeper);
        Routing routing = new Routing(streams.catalog());
        StreamTopics topics = new PulsarStreamTopics(pulsar, streams.provisioner(), this::isServed);
        StreamCap cap = limits.hold(streams.catalog(), topics);
        SessionServices services = new SessionServices(
                routing,
                streams.catalog(),
                new LogAppender(
                        limits.held(
                                MeasuredAppends.of(streams.appender(), counters.latency(Latency.STREAM_APPEND)),
                                counters.streams()),
                        MeasuredAppends.of(queues.appender(), counters.latency(Latency.MESSAGES_APPEND))),
                streams.readers(),
                streams.groups(),
                OperatorLimits.creation(configuration.streams(), streams.catalog(), topics, cap),
                retained,
                clock,
                counters,
                configuration.limits(),
                limits.quotas());
        SessionLog sessionLog = new CompactedSessionLog(queues.sessionLog(), clock);
        Queues openQueues = new Queues(
                queues.readers(),
                configuration.queue().maxReaders(),
                queue -> routing.table(queue.namespace()).keepIn(queue),
                keeper);
        SharedGroups groups = new SharedGroups(
                configuration.sharedStrategies(),
                configuration.limits(),
                clock,
                counters,
                new KeptSettings(
                        openQueues,
                        new GroupRecordLog(sessionLog, keeper),
                        () -> new TurnsOwner(keeper),
                        configuration.queue().maxGroups(),
                        configuration.limits().maxQueuedBytes(),
                        configuration.queue().retentionMillis()));
        this.sessions = new DurableSessions(
                services,
                sessionLog,
                openQueues,
                groups,
                queues.tails(),
                new DurableSettings(
                        new SessionKey(namespaceChoice.defaultNamespace(), name),
                        configuration.queue().maxSessions(),
                        configuration.connect().sessionExpiry().maxSeconds(),
                        configuration.queue().retentionMillis()),
                keeper);
        LiveSessions liveSessions = new LiveSessions();
        Mounts mounts =
                new Mounts(configuration.namespaces().mountpoints() ? namespaceChoice.defaultNamespace() : null);
        namespaces.onClosed(new ClosedCounts(counters, namespaces, keeper)::close);
        namespaces.onClosed(namespace -> {
            sessions.end(namespace);
            liveSessions.endAll(namespace);
            liveSessions.endThose(mounts.sessionsOf(namespace), namespace);
            pulsarRetained.close(namespace);
            openQueues.close(namespace);
            queues.close(namespace);
            streams.close(namespace);
            limits.close(namespace);
        });
        this.deletions = provisioning.deletions(name, liveSessions, sessions, List.of(authorization, users.purge()));
        Admission admission = new Admission(
                configuration.admission(),
                limits.quotas(),
                System::nanoTime,
                Provisioning.bans(limits.properties(), liveSessions, mounts));
        this.traces = new PacketTraces(
                configuration.traceDirectory(),
                InstantSource.system(),
                Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "magnetar-trace")),
                (namespace, clientId) -> liveSessions.traceChanged(new SessionKey(namespace, clientId)));
        ConnectionServices connections = new ConnectionServices(
                services,
                namespaceChoice,
                namespaces,
                admission,
                groups,
                liveSessions,
                sessions,
                authenticators,
                authorization.control(),
                new ConnectFlow(services, configuration.connect()),
                new RefusalLog(System::nanoTime),
                traces,
                mounts,
                new ConnectionSettings(
                        configuration.connect().maxPacketSize(),
                        configuration.connectTimeoutMillis(),
                        configuration.keepAlivePercent(),
                        configuration.outboundBufferBytes()));
        Metrics metrics = new Metrics(
                configuration.maxNamespaceMetrics(),
                services,
                groups,
                streams.replayIndexes(),
                liveSessions::size,
                sessions::counts);
        pulsar.addPrometheusRawMetricsProvider(out -> {
            if (!closed) {
                out.write(metrics.text());
            }
        });
        this.sysTopics = new SysTopics(services, sessions::counts, version());
        this.server = new MqttServer(connections, tls, configuration.ioThreads());
        this.statusServer = new StatusServer(
                new StatusPage(
                        Map.of("version", version(), "authentication", AuthenticationSources.describe(configuration)),
                        () -> readiness,
                        () -> List.copyOf(listening),
                        admission::describe,
                        namespaces::size,
                        streams.catalog(),
                        counters),
                traces,
                adminApi(
                        pulsar,
                        topics,
                        cap,
                        services,
                        new ServedNamespaces(
                                name, configuration.namespaces(), namespaces, liveSessions, sessions::counts)),
                namespaceChoice.defaultNamespace());
    }

    /** Nothing is made in a namespace that is being deleted. */
    private boolean isServed(String tenant) {
        return configuration.namespaces().isServed(tenant)
                && provisioning.marks().of(new Namespace(tenant)).isEmpty();
    }

    private AdminApi adminApi(
            PulsarService pulsar,
            StreamTopics topics,
            StreamCap cap,
            SessionServices services,
            ServedNamespaces served) {
        NamespaceWrites writes = new NamespaceWrites(provisioning.register(), served, deletions);
        List<Routes> routes = new ArrayList<>(List.of(
                new StreamRequests(streams.catalog(), topics, streams.backfill(), cap),
                new InspectionRequests(
                        streams.catalog(),
                        topics,
                        streams.inspection(),
                        streams.policies(),
                        services.counters().streams(),
                        InstantSource.system()),
                new CursorRequests(streams.catalog(), sessions.cursors(), streams.inspection(), InstantSource.system()),
                new NamespaceStats(services, served),
                authorization.requests(writes),
                users.requests(provisioning.register(), served, writes)));
        routes.addAll(provisioning.routes(served, deletions, limits.properties(), sessions));
        return new AdminApi(new PulsarAccess(pulsar, adminAccess), routes);
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private static String version() {
        String version = MqttBroker.class.getPackage().getImplementationVersion();
        return version == null ? "unpackaged" : version;
    }

    /** Begins to start; returns at once. */
    public void start() {
        brokerService.addTopicEventListener(unloadedTopics);
        serveStatus();
        publishSysTopics(configuration.sysIntervalSeconds());
        starter.execute(this::prepareStreams);
        refreshTls();
        var unused = starter.scheduleWithFixedDelay(
                namespaces::lookAgain, LOOK_AGAIN_MILLIS, LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void serveStatus() {
        if (closed) {
            return;
        }
        var unused = statusServer.listen(configuration.http()).whenComplete((address, failure) -> {
            if (failure == null) {
                LOG.info("Magnetar's status page is http://{}:{}/status", address.getHostString(), address.getPort());
                return;
            }
            LOG.error(
                    "The status page cannot be served on {}, Magnetar tries again: {}",
                    configuration.http(),
                    failure.getMessage());
            if (!closed) {
                var unusedRetry = starter.schedule(this::serveStatus, RETRY_MILLIS, TimeUnit.MILLISECONDS);
            }
        });
    }

    private void refreshTls() {
        int seconds = configuration.tlsRefreshSeconds();
        var unused = starter.scheduleWithFixedDelay(tls::refresh, seconds, seconds, TimeUnit.SECONDS);
    }

    private void publishSysTopics(int everySeconds) {
        if (everySeconds > 0) {
            var unused = keeper.scheduleAtFixedRate(sysTopics::publish, everySeconds, everySeconds, TimeUnit.SECONDS);
        }
    }

    private void prepareStreams() {
        if (closed) {
            return;
        }
        var unused = step("the default tenant", this::awaitDefault)
                .thenCompose(ignored -> step("the streams' definitions", streams::start))
                .thenCompose(ignored -> step("the log of the sessions' records", queues::start))
                .thenCompose(ignored -> step(
                        "the marks of deleted namespaces",
                        () -> provisioning.marks().read()))
                .thenCompose(ignored -> step("the rules of authorization", authorization::start))
                .thenCompose(ignored -> step("the built-in users", users::start))
                .thenCompose(ignored -> step("the records of sessions", sessions::read))
                .thenCompose(ignored -> step("the default tenant", this::openDefault))
                .thenCompose(ignored -> step(
                        "the namespaces of sessions",
                        () -> sessions.start(namespace -> Reopening.of(namespaces, namespace))))
                .thenCompose(ignored -> step("the listeners", this::listen))
                .whenComplete((ignored, failure) -> {
                    if (failure == null) {
                        readiness = Readiness.READY;
                        provisioning.start(deletions);
                        LOG.info("READY: Magnetar serves MQTT clients on {}", listening);
                    } else {
                        retry(failure);
                    }
                });
    }

    private CompletableFuture<Void> awaitDefault() {
        return configuration.namespaces().opensDefault()
                ? streams.provisioner().awaitTenant(configuration.namespaces().defaultNamespace())
                : CompletableFuture.completedFuture(null);
    }

    /** The default namespace is there for its first client, and the broker is not ready without it. */
    private CompletableFuture<Void> openDefault() {
        Namespace namespace = configuration.namespaces().defaultNamespace();
        return configuration.namespaces().opensDefault()
                ? namespaces.reopen(namespace).thenCompose(ignored -> pulsarRetained.make(namespace))
                : CompletableFuture.completedFuture(null);
    }

    /** Makes what a namespace needs before it has clients. May be tried again after a failure. */
    private CompletableFuture<Void> prepare(Namespace namespace) {
        return limits.open(namespace)
                .thenCompose(ignored -> streams.open(namespace))
                .thenCompose(ignored -> pulsarRetained.open(namespace))
                .thenCompose(ignored -> sessions.takeUp(namespace));
    }

    /** The status page names it while it is under way, and when it has failed. */
    private <T> CompletableFuture<T> step(String what, Supplier<CompletableFuture<T>> taken) {
        readiness = Readiness.waiting("waiting for " + what);
        return StartFailure.named(what, taken);
    }

    private void retry(Throwable failure) {
        String reason = StartFailure.text(failure);
        LOG.warn("Magnetar cannot serve clients yet, it tries again: {}", reason);
        readiness = Readiness.waiting("trying again after: " + reason);
        if (!closed) {
            var unused = starter.schedule(this::prepareStreams, RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private CompletableFuture<Void> listen() {
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (Listener listener : configuration.listeners()) {
            if (bound.contains(listener)) {
                continue;
            }
            all = all.thenCompose(ignored -> server.listen(listener)).thenAccept(address -> {
                bound.add(listener);
                listening.add(listener.name(address.getPort()));
            });
        }
        return all;
    }

    /** Whether clients are served, or why not. */
    public Readiness readiness() {
        return readiness;
    }

    /** The listeners that are open, as {@code <scheme>://<address>:<port><path>}. */
    public List<String> listeners() {
        return List.copyOf(listening);
    }

    /**
     * Begins to close the listeners and connections, then the streams; returns at once. What a stream has not confirmed by then
     * is not acknowledged, so its publisher sends it again.
     */
    public void close() {
        closed = true;
        readiness = Readiness.waiting("the broker is shutting down");
        limits.close();
        starter.shutdownNow();
        brokerService.removeTopicEventListener(unloadedTopics);
        var unused = server.close()
                .thenCompose(ignored -> streams.close())
                .thenCompose(ignored -> queues.close())
                .thenCompose(ignored -> sessions.close())
                .thenCompose(ignored -> logs.close())
                .orTimeout(STOP_MILLIS, TimeUnit.MILLISECONDS)
                .exceptionally(failure -> {
                    LOG.warn("Magnetar did not stop in time: {}", failure.toString());
                    return null;
                })
                .thenCompose(ignored -> statusServer.close())
                .thenRun(adminAccess::shutdownNow)
                .thenRun(users::close)
                .thenRun(authenticationSources::close)
                .thenRun(traces::close)
                .thenRun(keeper::shutdownNow);
    }
}
