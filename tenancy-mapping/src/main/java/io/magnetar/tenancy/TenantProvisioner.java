package io.magnetar.tenancy;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.apache.pulsar.client.admin.PulsarAdminException.ConflictException;
import org.apache.pulsar.client.admin.PulsarAdminException.NotAuthorizedException;
import org.apache.pulsar.common.policies.data.AutoTopicCreationOverride;
import org.apache.pulsar.common.policies.data.BacklogQuota;
import org.apache.pulsar.common.policies.data.BacklogQuota.BacklogQuotaType;
import org.apache.pulsar.common.policies.data.BacklogQuota.RetentionPolicy;
import org.apache.pulsar.common.policies.data.InactiveTopicDeleteMode;
import org.apache.pulsar.common.policies.data.InactiveTopicPolicies;
import org.apache.pulsar.common.policies.data.Policies;
import org.apache.pulsar.common.policies.data.RetentionPolicies;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the Pulsar namespace {@code <tenant>/streams} of an MQTT namespace, with explicit policies, because Pulsar's defaults
 * lose streams: no retention, and deletion of topics that nobody reads. One that exists keeps what its admin has set.
 *
 * <p>The cluster's record and the tenant are others' to make, in a standalone Pulsar after its plug-ins have started: they are
 * waited for.
 *
 * <p>Thread: any.
 */
public final class TenantProvisioner {
    private static final Logger LOG = LoggerFactory.getLogger(TenantProvisioner.class);
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

    /** Completes when the namespace is there, made now or before; fails only when Magnetar may not make it. */
    public CompletableFuture<Void> provision(Namespace namespace) {
        return attempt(namespace, FIRST_PAUSE_MILLIS);
    }

    private CompletableFuture<Void> attempt(Namespace namespace, long pauseMillis) {
        return prerequisites(namespace)
                .thenCompose(ready -> ready ? create(namespace) : CompletableFuture.completedFuture(false))
                .exceptionallyCompose(failure -> unfinished(namespace, failure))
                .thenCompose(done -> done
                        ? CompletableFuture.<Void>completedFuture(null)
                        : after(
                                pauseMillis,
                                () -> attempt(namespace, Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS))));
    }

    private CompletableFuture<Boolean> prerequisites(Namespace namespace) {
        return admin.clusters()
                .getClustersAsync()
                .thenCombine(
                        admin.tenants().getTenantsAsync(),
                        (clusters, tenants) -> clusters.contains(cluster) && tenants.contains(namespace.name()));
    }

    private CompletableFuture<Boolean> create(Namespace namespace) {
        String streams = namespace.name() + "/streams";
        return admin.namespaces().getNamespacesAsync(namespace.name()).thenCompose(existing -> {
            if (existing.contains(streams)) {
                return CompletableFuture.completedFuture(true);
            }
            return admin.namespaces().createNamespaceAsync(streams, policies()).thenApply(ignored -> {
                LOG.info("Created Pulsar namespace {} for streams, retention {} minutes", streams, retention.minutes());
                return true;
            });
        });
    }

    /** Tells whether a failed attempt is nevertheless done, is to be repeated, or has failed for good. */
    private CompletableFuture<Boolean> unfinished(Namespace namespace, Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (cause instanceof ConflictException) {
            return CompletableFuture.completedFuture(true);
        }
        if (cause instanceof NotAuthorizedException) {
            return CompletableFuture.failedFuture(new PulsarAdminException(
                    "the broker's own client may not create Pulsar namespace " + namespace + "/streams", cause));
        }
        LOG.info("Pulsar namespace {}/streams cannot be made yet: {}", namespace, cause.toString());
        return CompletableFuture.completedFuture(false);
    }

    private CompletableFuture<Void> after(long millis, Supplier<CompletableFuture<Void>> next) {
        CompletableFuture<Void> pause = new CompletableFuture<>();
        var unused = timer.schedule(() -> pause.complete(null), millis, TimeUnit.MILLISECONDS);
        return pause.thenCompose(ignored -> next.get());
    }

    private Policies policies() {
        Policies policies = new Policies();
        policies.replication_clusters = Set.of(cluster);
        policies.retention_policies = new RetentionPolicies(retention.minutes(), -1);
        policies.inactive_topic_policies =
                new InactiveTopicPolicies(InactiveTopicDeleteMode.delete_when_no_subscriptions, 60, false);
        policies.autoTopicCreationOverride = AutoTopicCreationOverride.builder()
                .allowAutoTopicCreation(false)
                .build();
        policies.deduplicationEnabled = true;
        policies.backlog_quota_map.put(BacklogQuotaType.destination_storage, evicting());
        policies.backlog_quota_map.put(BacklogQuotaType.message_age, evicting());
        return policies;
    }

    /** By size; by age there is no limit, but neither one that the broker's configuration sets, which may hold producers. */
    private BacklogQuota evicting() {
        return BacklogQuota.builder()
                .limitSize(retention.backlogBytes())
                .limitTime(-1)
                .retentionPolicy(RetentionPolicy.consumer_backlog_eviction)
                .build();
    }
}
