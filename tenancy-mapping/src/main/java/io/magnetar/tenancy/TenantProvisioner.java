package io.magnetar.tenancy;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.apache.pulsar.client.admin.PulsarAdminException.ConflictException;
import org.apache.pulsar.client.admin.PulsarAdminException.NotAuthorizedException;
import org.apache.pulsar.common.policies.data.Policies;
import org.apache.pulsar.common.policies.data.TenantInfo;
import org.apache.pulsar.common.util.FutureUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the Pulsar namespaces of an MQTT namespace, with explicit policies, because Pulsar's defaults lose messages: no
 * retention, and deletion of topics that nobody reads. One that exists keeps what its admin has set.
 *
 * <p>The cluster's record and the tenant are others' to make, in a standalone Pulsar after its plug-ins have started: they are
 * waited for.
 *
 * <p>Thread: any.
 */
public final class TenantProvisioner {
    private static final Logger LOG = LoggerFactory.getLogger(TenantProvisioner.class);
    /** Where Magnetar keeps what belongs to no tenant. */
    public static final String OWN_TENANT = "mqtt";

    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final PulsarAdmin admin;
    private final String cluster;
    private final StreamRetention retention;
    private final ScheduledExecutorService timer;

    /** @param cluster the Pulsar cluster of this broker */
    public TenantProvisioner(
            PulsarAdmin admin, String cluster, StreamRetention retention, ScheduledExecutorService timer) {
        this.admin = admin;
        this.cluster = cluster;
        this.retention = retention;
        this.timer = timer;
    }

    private record PulsarNamespace(String tenant, String local) {
        @Override
        public String toString() {
            return tenant + "/" + local;
        }
    }

    /**
     * Makes {@code <tenant>/streams}. Completes when it is there, made now or before; fails only when Magnetar may not make it.
     */
    public CompletableFuture<Void> provision(Namespace namespace) {
        return attempt(
                new PulsarNamespace(namespace.name(), "streams"),
                new NamespacePolicies(cluster).streams(retention),
                FIRST_PAUSE_MILLIS);
    }

    /**
     * Makes {@code <tenant>/queue} and in it the log {@code messages} of what is owed to durable sessions. Completes when they are
     * there, made now or before.
     *
     * @param retentionMinutes how long a message is kept; -1 for ever
     * @param partitions of a log that is made now
     * @return the partitions that it has
     */
    public CompletableFuture<Integer> provisionQueue(Namespace namespace, int retentionMinutes, int partitions) {
        PulsarNamespace queue = new PulsarNamespace(namespace.name(), "queue");
        String topic = "persistent://" + queue + "/messages";
        return attempt(queue, new NamespacePolicies(cluster).queue(retentionMinutes), FIRST_PAUSE_MILLIS)
                .thenCompose(ignored -> admin.topics().createPartitionedTopicAsync(topic, partitions))
                .exceptionallyCompose(TenantProvisioner::unlessThere)
                .thenCompose(ignored -> admin.topics().getPartitionedTopicMetadataAsync(topic))
                .thenApply(metadata -> metadata.partitions);
    }

    /**
     * Makes a Pulsar namespace for compacted logs, and a log in it: {@code persistent://<tenant>/<local>/<log>}. Completes when
     * they are there, made now or before; fails only when Magnetar may not make them.
     *
     * @param tenant an existing tenant, which is waited for, or Magnetar's own, {@value #OWN_TENANT}, which is made
     * @param partitions of the log, 0 for none
     */
    public CompletableFuture<Void> provisionCompactedLog(String tenant, String local, String log, int partitions) {
        PulsarNamespace namespace = new PulsarNamespace(tenant, local);
        String topic = "persistent://" + namespace + "/" + log;
        return attempt(namespace, new NamespacePolicies(cluster).compactedLogs(), FIRST_PAUSE_MILLIS)
                .thenCompose(ignored -> partitions == 0
                        ? admin.topics().createNonPartitionedTopicAsync(topic)
                        : admin.topics().createPartitionedTopicAsync(topic, partitions))
                .exceptionallyCompose(TenantProvisioner::unlessThere);
    }

    private CompletableFuture<Void> attempt(PulsarNamespace namespace, Policies policies, long pauseMillis) {
        return prerequisites(namespace)
                .thenCompose(ready -> ready ? create(namespace, policies) : CompletableFuture.completedFuture(false))
                .exceptionallyCompose(failure -> unfinished(namespace, failure))
                .thenCompose(done -> done
                        ? CompletableFuture.<Void>completedFuture(null)
                        : after(
                                pauseMillis,
                                () -> attempt(namespace, policies, Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS))));
    }

    private CompletableFuture<Boolean> prerequisites(PulsarNamespace namespace) {
        return admin.clusters()
                .getClustersAsync()
                .thenCompose(clusters -> clusters.contains(cluster)
                        ? tenantIsThere(namespace.tenant())
                        : CompletableFuture.completedFuture(false));
    }

    private CompletableFuture<Boolean> tenantIsThere(String tenant) {
        return admin.tenants().getTenantsAsync().thenCompose(tenants -> {
            if (tenants.contains(tenant) || !tenant.equals(OWN_TENANT)) {
                return CompletableFuture.completedFuture(tenants.contains(tenant));
            }
            TenantInfo own =
                    TenantInfo.builder().allowedClusters(Set.of(cluster)).build();
            return admin.tenants()
                    .createTenantAsync(tenant, own)
                    .exceptionallyCompose(TenantProvisioner::unlessThere)
                    .thenApply(ignored -> true);
        });
    }

    /** Another broker was faster. */
    private static CompletableFuture<Void> unlessThere(Throwable failure) {
        return FutureUtil.unwrapCompletionException(failure) instanceof ConflictException
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(failure);
    }

    private CompletableFuture<Boolean> create(PulsarNamespace namespace, Policies policies) {
        return admin.namespaces().getNamespacesAsync(namespace.tenant()).thenCompose(existing -> {
            if (existing.contains(namespace.toString())) {
                return CompletableFuture.completedFuture(true);
            }
            return admin.namespaces()
                    .createNamespaceAsync(namespace.toString(), policies)
                    .thenApply(ignored -> {
                        LOG.info(
                                "Created Pulsar namespace {}, retention {} minutes",
                                namespace,
                                policies.retention_policies.getRetentionTimeInMinutes());
                        return true;
                    });
        });
    }

    /** Tells whether a failed attempt is nevertheless done, is to be repeated, or has failed for good. */
    private CompletableFuture<Boolean> unfinished(PulsarNamespace namespace, Throwable thrown) {
        Throwable cause = FutureUtil.unwrapCompletionException(thrown);
        if (cause instanceof ConflictException) {
            return CompletableFuture.completedFuture(true);
        }
        if (cause instanceof NotAuthorizedException) {
            return CompletableFuture.failedFuture(new PulsarAdminException(
                    "the broker's own client may not create Pulsar namespace " + namespace, cause));
        }
        LOG.info("Pulsar namespace {} cannot be made yet: {}", namespace, cause.toString());
        return CompletableFuture.completedFuture(false);
    }

    private CompletableFuture<Void> after(long millis, Supplier<CompletableFuture<Void>> next) {
        CompletableFuture<Void> pause = new CompletableFuture<>();
        var unused = timer.schedule(() -> pause.complete(null), millis, TimeUnit.MILLISECONDS);
        return pause.thenCompose(ignored -> next.get());
    }
}
