package io.magnetar.mqtt.plugin;

import io.magnetar.log.PulsarCompactedLogs;
import io.magnetar.mqtt.access.AccessControl;
import io.magnetar.mqtt.access.AccessSource;
import io.magnetar.mqtt.access.HttpAsking;
import io.magnetar.mqtt.access.RememberedSource;
import io.magnetar.mqtt.access.RuleBook;
import io.magnetar.mqtt.access.RuleFile;
import io.magnetar.mqtt.access.RuleLog;
import io.magnetar.mqtt.access.StoredRules;
import io.magnetar.mqtt.access.pulsar.PulsarAsking;
import io.magnetar.mqtt.admin.NamespaceWrites;
import io.magnetar.mqtt.admin.RuleRequests;
import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.config.AuthorizationSettings;
import io.magnetar.mqtt.config.ConfigurationKey;
import io.magnetar.mqtt.config.MqttConfiguration;
import io.magnetar.mqtt.counters.DecidedBy;
import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.NamespacePurge;
import io.magnetar.tenancy.TenantProvisioner;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.broker.PulsarService;
import org.apache.pulsar.metadata.api.Notification;
import org.apache.pulsar.metadata.api.NotificationType;
import org.jspecify.annotations.Nullable;

/**
 * Who decides what clients may do, as it is configured. The built-in rules are in the compacted topic
 * {@code persistent://mqtt/system/rules}, which tenants cannot read.
 *
 * <p>Thread: any.
 */
final class Authorization implements NamespacePurge {
    private static final String SYSTEM = "system";
    private static final String RULES = "rules";
    private static final String TENANTS = "/admin/policies/";
    private static final long LOOK_AT_FILE_MILLIS = 2_000;
    /** Pulsar's own copy of the permissions is as old as the metadata store's word about them, or a little older. */
    private static final long PULSAR_LAGS_MILLIS = 1_000;

    private static final int THREADS = 2;
    private static final int IDLE_SECONDS = 10;

    private final StoredRules stored = new StoredRules();
    private final AuthorizationSettings settings;
    private final PulsarService pulsar;
    private final PulsarStreams streams;
    private final ScheduledExecutorService timer;
    private final ExecutorService asking;
    private final AccessControl control;
    private final @Nullable RuleLog log;
    private final CompletableFuture<Void> started = new CompletableFuture<>();

    Authorization(
            MqttConfiguration configuration,
            PulsarService pulsar,
            PulsarCompactedLogs logs,
            PulsarStreams streams,
            OperatorLimits limits,
            BrokerClock clock,
            ScheduledExecutorService timer) {
        this.settings = configuration.authorization();
        this.pulsar = pulsar;
        this.streams = streams;
        this.timer = timer;
        this.asking = threads();
        this.control = new AccessControl(
                settings.sources().stream().map(this::source).toList(), settings.access(), limits.properties(), timer);
        this.log = settings.sources().contains(DecidedBy.RULES)
                ? new RuleLog(
                        logs.open(
                                "persistent://" + TenantProvisioner.OWN_TENANT + "/" + SYSTEM + "/" + RULES,
                                PulsarCompactedLogs.NOT_PARTITIONED),
                        stored,
                        control::changed,
                        clock)
                : null;
        streams.catalog().onChange(control::changed);
        pulsar.getConfigurationMetadataStore().registerListener(this::onNotification);
        lookAtFile(settings.file());
    }

    /** They end when they have nothing to do. */
    private static ExecutorService threads() {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "magnetar-authorization");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    private AccessSource source(DecidedBy source) {
        return switch (source) {
            case CLIENT -> RuleBook.OF_CREDENTIALS;
            case RULES -> new RuleBook(source, stored::of);
            case FILE -> new RuleBook(source, Objects.requireNonNull(settings.file(), "it is configured")::of);
            case HTTP ->
                remembered(
                        source,
                        new HttpAsking(
                                Objects.requireNonNull(settings.http(), "it is configured"),
                                settings.httpTimeoutMillis(),
                                asking));
            case PULSAR -> remembered(source, pulsarAsking());
            case SUPERUSER, DEFAULT, CACHE -> throw new IllegalArgumentException(source + " is no source");
        };
    }

    private PulsarAsking pulsarAsking() {
        if (!pulsar.getConfiguration().isAuthorizationEnabled()) {
            throw new IllegalArgumentException(
                    ConfigurationKey.AUTHORIZATION.key()
                            + " has 'pulsar', and this broker authorizes nobody: set authorizationEnabled=true, or take it away");
        }
        return new PulsarAsking(pulsar, streams.catalog(), asking);
    }

    private RememberedSource remembered(DecidedBy source, RememberedSource.Asking asked) {
        return new RememberedSource(source, asked, settings.access().rememberedSeconds());
    }

    private void lookAtFile(@Nullable RuleFile file) {
        if (file != null) {
            var unused = timer.scheduleWithFixedDelay(
                    () -> {
                        if (file.lookAgain()) {
                            control.changed();
                        }
                    },
                    LOOK_AT_FILE_MILLIS,
                    LOOK_AT_FILE_MILLIS,
                    TimeUnit.MILLISECONDS);
        }
    }

    private void onNotification(Notification notification) {
        String path = notification.getPath();
        Namespace granted = settings.sources().contains(DecidedBy.PULSAR) ? PulsarAsking.namespaceOf(path) : null;
        if (granted != null) {
            control.changedElsewhere(granted);
            if (!timer.isShutdown()) {
                var unused = timer.schedule(
                        () -> control.changedElsewhere(granted), PULSAR_LAGS_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
        if (notification.getType() == NotificationType.Deleted
                && path.startsWith(TENANTS)
                && Namespace.isLegal(path.substring(TENANTS.length()))) {
            Namespace deleted = new Namespace(path.substring(TENANTS.length()));
            var unused = purge(deleted);
            control.close(deleted);
        }
    }

    @Override
    public String what() {
        return RULES;
    }

    /** The next tenant of the name does not get the rules of this one. */
    @Override
    public CompletableFuture<Void> purge(Namespace namespace) {
        RuleLog rules = log;
        return rules == null
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.allOf(stored.of(namespace).keySet().stream()
                        .map(owner -> rules.put(namespace, owner, List.of()))
                        .toArray(CompletableFuture[]::new));
    }

    AccessControl control() {
        return control;
    }

    RuleRequests requests(NamespaceWrites writes) {
        return new RuleRequests(stored, log, control, settings.maxRules(), writes);
    }

    /** Has all built-in rules in force before anybody connects. May be tried again after a failure. */
    CompletableFuture<Void> start() {
        RuleLog rules = log;
        if (rules == null || started.isDone()) {
            return CompletableFuture.completedFuture(null);
        }
        return streams.provisioner()
                .provisionCompactedLog(TenantProvisioner.OWN_TENANT, SYSTEM, RULES, PulsarCompactedLogs.NOT_PARTITIONED)
                .thenCompose(made -> rules.start())
                .thenCompose(
                        read -> GoneTenants.purge(pulsar.getConfigurationMetadataStore(), stored.namespaces(), this))
                .thenRun(() -> started.complete(null));
    }
}
