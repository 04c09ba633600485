package io.magnetar.mqtt.plugin;

import io.magnetar.log.CompactedLog;
import io.magnetar.log.LogOnDemand;
import io.magnetar.log.PulsarCompactedLog;
import io.magnetar.log.PulsarCompactedLogs;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.counters.Latency;
import io.magnetar.mqtt.metrics.MeasuredAppends;
import io.magnetar.mqtt.retain.Retained;
import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.TenantProvisioner;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.broker.PulsarService;
import org.apache.pulsar.common.naming.TopicName;
import org.apache.pulsar.metadata.api.Notification;
import org.apache.pulsar.metadata.api.NotificationType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The retained messages of one broker on its own Pulsar, each namespace's in the compacted topic
 * {@code persistent://<tenant>/mqtt/retained}. One topic without partitions, so that all brokers agree on one order. It is made with
 * the first retained message of the namespace; that another broker has made it, the metadata store tells; in case its word
 * is lost, the logs of 64 namespaces are looked for every ten seconds.
 *
 * <p>Thread: any.
 */
final class PulsarRetained {
    private static final Logger LOG = LoggerFactory.getLogger(PulsarRetained.class);
    private static final String PULSAR_NAMESPACE = "mqtt";
    private static final String LOG_NAME = "retained";
    private static final String LEDGERS = "/managed-ledgers/";
    private static final String LEDGER = "/" + PULSAR_NAMESPACE + "/persistent/" + LOG_NAME;
    private static final long SWEEP_MILLIS = 10_000;
    private static final long TRY_AGAIN_MILLIS = 5_000;
    private static final long LOOK_AGAIN_MILLIS = 10_000;
    private static final int LOOKED_AT_AGAIN = 64;

    private final Retained retained;
    private final PulsarService pulsar;
    private final PulsarCompactedLogs logs;
    private final Counters counters;
    private final TenantProvisioner provisioner;
    private final Executor later;
    private final Map<Namespace, NamespaceLog> opened = new ConcurrentHashMap<>();
    private final Set<Namespace> loaded = ConcurrentHashMap.newKeySet();
    /** The timer's: those whose turn to be looked at has not come yet. */
    private final Deque<Namespace> notLookedAt = new ArrayDeque<>();

    PulsarRetained(
            Retained retained,
            PulsarService pulsar,
            PulsarCompactedLogs logs,
            Counters counters,
            TenantProvisioner provisioner,
            InstantSource clock,
            ScheduledExecutorService timer) {
        this.retained = retained;
        this.pulsar = pulsar;
        this.logs = logs;
        this.counters = counters;
        this.provisioner = provisioner;
        this.later = CompletableFuture.delayedExecutor(TRY_AGAIN_MILLIS, TimeUnit.MILLISECONDS, timer);
        if (retained.isAvailable()) {
            pulsar.getLocalMetadataStore().registerListener(this::onNotification);
            var unused = timer.scheduleWithFixedDelay(
                    this::lookAgain, LOOK_AGAIN_MILLIS, LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            unused = timer.scheduleWithFixedDelay(
                    () -> retained.expire(clock.millis()), SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Loads the retained messages of a namespace, if there are any. May be tried again after a failure. */
    CompletableFuture<Void> open(Namespace namespace) {
        if (!retained.isAvailable() || loaded.contains(namespace)) {
            return CompletableFuture.completedFuture(null);
        }
        CompactedLog log = MeasuredAppends.of(log(namespace).onDemand, counters.latency(Latency.RETAINED_APPEND));
        return retained.open(namespace, log).thenRun(() -> {
            loaded.add(namespace);
            LOG.info(
                    "Loaded {} retained messages of namespace {}",
                    retained.store(namespace).count(),
                    namespace);
        });
    }

    /** Makes the log of a namespace that is open, so that it is there before the first message. */
    CompletableFuture<Void> make(Namespace namespace) {
        return retained.isAvailable() ? log(namespace).onDemand.make() : CompletableFuture.completedFuture(null);
    }

    /** The tenant was deleted. */
    void close(Namespace namespace) {
        loaded.remove(namespace);
        NamespaceLog log = opened.remove(namespace);
        if (log != null) {
            log.close();
        }
        retained.close(namespace);
    }

    private NamespaceLog log(Namespace namespace) {
        return opened.computeIfAbsent(namespace, NamespaceLog::new);
    }

    /** Looks at the logs of the next {@value #LOOKED_AT_AGAIN} namespaces, in case a word of the store was lost. */
    private void lookAgain() {
        if (notLookedAt.isEmpty()) {
            notLookedAt.addAll(opened.keySet());
        }
        for (int i = 0; i < LOOKED_AT_AGAIN && !notLookedAt.isEmpty(); i++) {
            NamespaceLog log = opened.get(notLookedAt.poll());
            if (log != null) {
                log.onDemand.look();
            }
        }
    }

    private void onNotification(Notification notification) {
        String path = notification.getPath();
        if (notification.getType() != NotificationType.Deleted
                && path.startsWith(LEDGERS)
                && path.endsWith(LEDGER)
                && path.length() > LEDGERS.length() + LEDGER.length()) {
            String tenant = path.substring(LEDGERS.length(), path.length() - LEDGER.length());
            NamespaceLog log = Namespace.isLegal(tenant) ? opened.get(new Namespace(tenant)) : null;
            if (log != null) {
                log.onDemand.appeared();
            }
        }
    }

    /** The log of one namespace. */
    private final class NamespaceLog implements LogOnDemand.Source {
        private final Namespace namespace;
        private final String topic;
        private final LogOnDemand onDemand;
        private volatile @Nullable PulsarCompactedLog log;

        NamespaceLog(Namespace namespace) {
            this.namespace = namespace;
            this.topic = "persistent://" + namespace + "/" + PULSAR_NAMESPACE + "/" + LOG_NAME;
            this.onDemand = new LogOnDemand(this, topic, later);
        }

        @Override
        public CompletableFuture<Boolean> exists() {
            return pulsar.getPulsarResources().getTopicResources().persistentTopicExists(TopicName.get(topic));
        }

        @Override
        public CompletableFuture<Void> make() {
            return provisioner.provisionCompactedLog(
                    namespace.name(), PULSAR_NAMESPACE, LOG_NAME, PulsarCompactedLogs.NOT_PARTITIONED);
        }

        @Override
        public CompactedLog open() {
            PulsarCompactedLog opening = logs.open(topic, PulsarCompactedLogs.NOT_PARTITIONED);
            log = opening;
            return opening;
        }

        void close() {
            onDemand.close();
            PulsarCompactedLog closing = log;
            if (closing != null) {
                var unused = logs.close(closing);
            }
        }
    }
}
