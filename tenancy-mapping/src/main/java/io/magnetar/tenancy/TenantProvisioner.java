package io.magnetar.tenancy;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.apache.pulsar.client.admin.PulsarAdminException.ConflictException;
import org.apache.pulsar.client.admin.PulsarAdminException.NotAuthorizedException;
import org.apache.pulsar.client.admin.PulsarAdminException.NotFoundException;
import org.apache.pulsar.common.policies.data.Policies;
import org.apache.pulsar.common.policies.data.TenantInfo;
import org.apache.pulsar.common.util.FutureUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the Pulsar namespaces of an MQTT namespace, with explicit policies, because Pulsar's defaults lose messages: no
 * retention, and deletion of topics that nobody reads. One that exists keeps what its admin has set.
 *
 * <p>The cluster's record and the tenants are others' to make, in a standalone Pulsar after its plug-ins have started:
 * {@link #awaitTenant} waits for them. What cannot be made now is tried again for {@value #GIVE_UP_SECONDS} seconds.
 *
 * <p>Thread: any.
 */
public final class TenantProvisioner {
    private static final Logger LOG = LoggerFactory.getLogger(TenantProvisioner.class);
    /** Where Magnetar keeps what belongs to no tenant. */
    public static final String OWN_TENANT = "mqtt";

    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;
    private static final long GIVE_UP_SECONDS = 20;

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

    /** What is made for a tenant that is not there any more. */
    public static final class MissingTenantException extends PulsarAdminException {
        private static final long serialVersionUID = 1L;
        private static final int NOT_FOUND = 404;

        MissingTenantException(String tenant) {
            super("there is no tenant " + tenant, null, "there is no tenant " + tenant, NOT_FOUND);
        }
    }

    /** Completes when the record of the cluster and the tenant are there, however long that takes. */
    public CompletableFuture<Void> awaitTenant(Namespace namespace) {
        return awaitTenant(namespace.name(), FIRST_PAUSE_MILLIS);
    }

    private CompletableFuture<Void> awaitTenant(String tenant, long pauseMillis) {
        return clusterIsThere()
                .thenCompose(there -> there ? tenantIsListed(tenant) : CompletableFuture.completedFuture(false))
                .exceptionally(failure -> {
                    LOG.info("Pulsar cannot be asked for tenant {} yet: {}", tenant, failure.toString());
                    return false;
                })
                .thenCompose(there -> there
                        ? CompletableFuture.<Void>completedFuture(null)
                        : after(
                                pauseMillis,
                                () -> awaitTenant(tenant, Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS))));
    }

    /**
     * Makes a tenant for this cluster. Completes when it is there, made now or before, by this broker or another.
     *
     * @param adminRoles who may administer it, beside superusers
     */
    public CompletableFuture<Void> createTenant(Namespace namespace, List<String> adminRoles) {
        return createTenant(namespace.name(), Set.copyOf(adminRoles), Set.of(cluster));
    }

    /** The same for the clusters that it may use. */
    public CompletableFuture<Void> createTenant(
            Namespace namespace, Set<String> adminRoles, Set<String> allowedClusters) {
        return createTenant(namespace.name(), adminRoles, allowedClusters);
    }

    private CompletableFuture<Void> createTenant(String tenant, Set<String> adminRoles, Set<String> allowedClusters) {
        TenantInfo info = TenantInfo.builder()
                .adminRoles(adminRoles)
                .allowedClusters(allowedClusters)
                .build();
        // Pulsar answers with 409 or 500 when another broker is as fast.
        return admin.tenants()
                .createTenantAsync(tenant, info)
                .exceptionallyCompose(failure -> tenantIsThere(tenant)
                        .thenCompose(there -> there
                                ? CompletableFuture.<Void>completedFuture(null)
                                : CompletableFuture.failedFuture(failure)));
    }

    /**
     * Makes {@code <tenant>/streams}. Completes when it is there, made now or before; fails when the tenant is not there, when
     * Magnetar may not make it, and when it cannot be made for a while.
     */
    public CompletableFuture<Void> provision(Namespace namespace) {
        return attempt(
                new PulsarNamespace(namespace.name(), "streams"), new NamespacePolicies(cluster).streams(retention));
    }

    /** Makes {@code mqtt/<tenant>}, where the operator's settings of the namespace are. Completes when it is there. */
    public CompletableFuture<Void> provisionSettings(Namespace namespace) {
        return attempt(
                new PulsarNamespace(OWN_TENANT, namespace.name()), new NamespacePolicies(cluster).compactedLogs());
    }

    /**
     * Makes {@code <tenant>/queue} and in it the log {@code messages} of what is owed to durable sessions. Completes when they are
     * there, made now or before; fails as {@link #provision} does.
     *
     * @param retentionMinutes how long a message is kept; -1 for ever
     * @param partitions of a log that is made now
     * @return the partitions that it has
     */
    public CompletableFuture<Integer> provisionQueue(Namespace namespace, int retentionMinutes, int partitions) {
        PulsarNamespace queue = new PulsarNamespace(namespace.name(), "queue");
        String topic = "persistent://" + queue + "/messages";
        return attempt(queue, new NamespacePolicies(cluster).queue(retentionMinutes))
                .thenCompose(ignored -> admin.topics().createPartitionedTopicAsync(topic, partitions))
                .exceptionallyCompose(TenantProvisioner::unlessThere)
                .thenCompose(ignored -> admin.topics().getPartitionedTopicMetadataAsync(topic))
                .thenApply(metadata -> metadata.partitions);
    }

    /**
     * Makes a Pulsar namespace for compacted logs, and a log in it: {@code persistent://<tenant>/<local>/<log>}. Completes when
     * they are there, made now or before; fails as {@link #provision} does.
     *
     * @param tenant an existing tenant, or Magnetar's own, {@value #OWN_TENANT}, which is made
     * @param partitions of the log, 0 for none
     */
    public CompletableFuture<Void> provisionCompactedLog(String tenant, String local, String log, int partitions) {
        PulsarNamespace namespace = new PulsarNamespace(tenant, local);
        String topic = "persistent://" + namespace + "/" + log;
        return attempt(namespace, new NamespacePolicies(cluster).compactedLogs())
                .thenCompose(ignored -> partitions == 0
                        ? admin.topics().createNonPartitionedTopicAsync(topic)
                        : admin.topics().createPartitionedTopicAsync(topic, partitions))
                .exceptionallyCompose(TenantProvisioner::unlessThere);
    }

    private CompletableFuture<Void> attempt(PulsarNamespace namespace, Policies policies) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(GIVE_UP_SECONDS);
        return attempt(namespace, policies, FIRST_PAUSE_MILLIS, deadline);
    }

    private CompletableFuture<Void> attempt(
            PulsarNamespace namespace, Policies policies, long pauseMillis, long deadlineNanos) {
        return prerequisites(namespace)
                .thenCompose(ready -> create(namespace, policies))
                .exceptionallyCompose(failure -> unfinished(namespace, failure, deadlineNanos))
                .thenCompose(done -> done
                        ? CompletableFuture.<Void>completedFuture(null)
                        : after(
                                pauseMillis,
                                () -> attempt(
                                        namespace,
                                        policies,
                                        Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS),
                                        deadlineNanos)));
    }

    private CompletableFuture<Void> prerequisites(PulsarNamespace namespace) {
        return clusterIsThere()
                .thenCompose(there -> there
                        ? isThere(namespace.tenant())
                        : CompletableFuture.failedFuture(
                                new PulsarAdminException("the record of Pulsar cluster " + cluster + " is not there")))
                .thenCompose(there ->
                        there ? CompletableFuture.<Void>completedFuture(null) : makeOwnTenant(namespace.tenant()));
    }

    private CompletableFuture<Void> makeOwnTenant(String tenant) {
        return tenant.equals(OWN_TENANT)
                ? createTenant(tenant, Set.of(), Set.of(cluster))
                : CompletableFuture.failedFuture(new MissingTenantException(tenant));
    }

    private CompletableFuture<Boolean> clusterIsThere() {
        return admin.clusters().getClustersAsync().thenApply(clusters -> clusters.contains(cluster));
    }

    private CompletableFuture<Boolean> isThere(String tenant) {
        return tenant.equals(OWN_TENANT) ? tenantIsListed(tenant) : tenantIsThere(tenant);
    }

    /** For one that may well be missing: Pulsar logs an error when it is asked for a single tenant that it does not have. */
    private CompletableFuture<Boolean> tenantIsListed(String tenant) {
        return admin.tenants().getTenantsAsync().thenApply(tenants -> tenants.contains(tenant));
    }

    /** For one that should be there; there may be thousands of others. */
    private CompletableFuture<Boolean> tenantIsThere(String tenant) {
        return admin.tenants()
                .getTenantInfoAsync(tenant)
                .thenApply(info -> true)
                .exceptionallyCompose(
                        failure -> FutureUtil.unwrapCompletionException(failure) instanceof NotFoundException
                                ? CompletableFuture.completedFuture(false)
                                : CompletableFuture.failedFuture(failure));
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
    private static CompletableFuture<Boolean> unfinished(
            PulsarNamespace namespace, Throwable thrown, long deadlineNanos) {
        Throwable cause = FutureUtil.unwrapCompletionException(thrown);
        if (cause instanceof ConflictException) {
            return CompletableFuture.completedFuture(true);
        }
        if (cause instanceof MissingTenantException || System.nanoTime() - deadlineNanos > 0) {
            return CompletableFuture.failedFuture(cause);
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
