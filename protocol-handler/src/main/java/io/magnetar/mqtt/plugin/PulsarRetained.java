package io.magnetar.mqtt.plugin;

import io.magnetar.log.CompactedLog;
import io.magnetar.log.PulsarCompactedLogs;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.counters.Latency;
import io.magnetar.mqtt.metrics.MeasuredAppends;
import io.magnetar.mqtt.retain.Retained;
import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.TenantProvisioner;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The retained messages of one broker on its own Pulsar, each namespace's in the compacted topic
 * {@code persistent://<tenant>/mqtt/retained}. One topic without partitions, so that all brokers agree on one order.
 *
 * <p>Thread: any.
 */
final class PulsarRetained {
    private static final Logger LOG = LoggerFactory.getLogger(PulsarRetained.class);
    private static final String PULSAR_NAMESPACE = "mqtt";
    private static final String LOG_NAME = "retained";
    private static final long SWEEP_MILLIS = 10_000;

    private final Retained retained;
    private final PulsarCompactedLogs logs;
    private final Counters counters;
    private final TenantProvisioner provisioner;
    private final Map<Namespace, CompactedLog> opened = new ConcurrentHashMap<>();
    private final Set<Namespace> loaded = ConcurrentHashMap.newKeySet();

    PulsarRetained(
            Retained retained,
            PulsarCompactedLogs logs,
            Counters counters,
            TenantProvisioner provisioner,
            InstantSource clock,
            ScheduledExecutorService timer) {
        this.retained = retained;
        this.logs = logs;
        this.counters = counters;
        this.provisioner = provisioner;
        if (retained.isAvailable()) {
            var unused = timer.scheduleWithFixedDelay(
                    () -> retained.expire(clock.millis()), SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Makes what the namespace needs in Pulsar and loads its retained messages. May be tried again after a failure. */
    CompletableFuture<Void> start(Namespace namespace) {
        if (!retained.isAvailable() || loaded.contains(namespace)) {
            return CompletableFuture.completedFuture(null);
        }
        String topic = "persistent://" + namespace + "/" + PULSAR_NAMESPACE + "/" + LOG_NAME;
        return provisioner
                .provisionCompactedLog(
                        namespace.name(), PULSAR_NAMESPACE, LOG_NAME, PulsarCompactedLogs.NOT_PARTITIONED)
                .thenCompose(ignored -> retained.open(namespace, opened.computeIfAbsent(namespace, key -> open(topic))))
                .thenRun(() -> {
                    loaded.add(namespace);
                    LOG.info(
                            "Loaded {} retained messages from {}",
                            retained.store(namespace).count(),
                            topic);
                });
    }

    private CompactedLog open(String topic) {
        return MeasuredAppends.of(
                logs.open(topic, PulsarCompactedLogs.NOT_PARTITIONED), counters.latency(Latency.RETAINED_APPEND));
    }
}
