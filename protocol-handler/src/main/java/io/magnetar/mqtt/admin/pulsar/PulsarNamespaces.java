package io.magnetar.mqtt.admin.pulsar;

import io.magnetar.mqtt.admin.NamespaceRegister;
import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.TenantProvisioner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.pulsar.broker.PulsarServerException;
import org.apache.pulsar.broker.PulsarService;
import org.apache.pulsar.broker.loadbalance.LoadManager;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.client.admin.PulsarAdminException.NotFoundException;
import org.apache.pulsar.common.naming.NamespaceName;
import org.apache.pulsar.common.naming.SystemTopicNames;
import org.apache.pulsar.common.naming.TopicName;
import org.apache.pulsar.common.util.FutureUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Namespaces as tenants of this broker's Pulsar, made with the credentials of the broker itself: whoever asks was authorized before.
 * What is read comes from the metadata store, through its caches.
 *
 * <p>Thread: any.
 */
public final class PulsarNamespaces implements NamespaceRegister {
    private static final Logger LOG = LoggerFactory.getLogger(PulsarNamespaces.class);
    /** How many topics are deleted at a time. */
    private static final int LANES = 8;

    private static final CompletableFuture<Void> NOTHING = CompletableFuture.completedFuture(null);

    private final PulsarService pulsar;
    private final PulsarAdmin admin;
    private final TenantProvisioner provisioner;

    /** @throws PulsarServerException when the broker has no admin client for us */
    public PulsarNamespaces(PulsarService pulsar, TenantProvisioner provisioner) throws PulsarServerException {
        this.pulsar = pulsar;
        this.admin = pulsar.getAdminClient();
        this.provisioner = provisioner;
    }

    @Override
    public CompletableFuture<List<String>> tenants() {
        return pulsar.getPulsarResources().getTenantResources().listTenantsAsync();
    }

    @Override
    public CompletableFuture<Optional<Tenant>> tenant(Namespace namespace) {
        return pulsar.getPulsarResources()
                .getTenantResources()
                .getTenantAsync(namespace.name())
                .thenApply(found -> found.map(info -> new Tenant(info.getAdminRoles(), info.getAllowedClusters())));
    }

    @Override
    public CompletableFuture<List<String>> pulsarNamespaces(Namespace namespace) {
        return pulsar.getPulsarResources().getNamespaceResources().listNamespacesAsync(namespace.name());
    }

    @Override
    public CompletableFuture<Void> createTenant(Namespace namespace, Tenant tenant) {
        return provisioner
                .createTenant(namespace, tenant.adminRoles(), tenant.allowedClusters())
                .exceptionallyCompose(PulsarFailures::refused);
    }

    @Override
    public CompletableFuture<Void> provision(Namespace namespace) {
        return provisioner.provision(namespace).exceptionallyCompose(PulsarFailures::refused);
    }

    private static String ofOperator(Namespace namespace) {
        return TenantProvisioner.OWN_TENANT + "/" + namespace;
    }

    @Override
    public CompletableFuture<Map<String, String>> properties(Namespace namespace) {
        return pulsar.getPulsarResources()
                .getNamespaceResources()
                .getPoliciesAsync(NamespaceName.get(ofOperator(namespace)))
                .thenApply(found ->
                        found.map(policies -> Map.copyOf(policies.properties)).orElse(Map.of()));
    }

    @Override
    public CompletableFuture<Void> changeProperties(Namespace namespace, Map<String, String> set, Set<String> remove) {
        String owned = ofOperator(namespace);
        CompletableFuture<Void> changed = provisioner.provisionSettings(namespace);
        if (!set.isEmpty()) {
            changed = changed.thenCompose(made -> admin.namespaces().setPropertiesAsync(owned, set));
        }
        for (String property : remove) {
            changed = changed.thenCompose(made -> admin.namespaces().removePropertyAsync(owned, property))
                    .thenAccept(removed -> {});
        }
        return changed.exceptionallyCompose(PulsarFailures::refused);
    }

    @Override
    public CompletableFuture<Void> changeProperty(Namespace namespace, String property, UnaryOperator<String> change) {
        return provisioner
                .provisionSettings(namespace)
                .thenCompose(made -> pulsar.getPulsarResources()
                        .getNamespaceResources()
                        .setPoliciesAsync(NamespaceName.get(ofOperator(namespace)), policies -> {
                            policies.properties.compute(
                                    property, (same, before) -> change.apply(before == null ? "[]" : before));
                            return policies;
                        }))
                .exceptionallyCompose(PulsarFailures::refused);
    }

    /** How many brokers of Pulsar there are in the cluster of this one. */
    public CompletableFuture<Integer> brokers() {
        LoadManager manager = pulsar.getLoadManager().get();
        return manager == null
                ? CompletableFuture.failedFuture(new IllegalStateException("the Pulsar broker is starting or stopping"))
                : manager.getAvailableBrokersAsync().thenApply(Set::size);
    }

    /** Deletes a Pulsar namespace with all topics in it, or finds it gone. Whoever may be at a topic is cut off. */
    public CompletableFuture<Void> deletePulsarNamespace(String tenant, String local) {
        String namespace = tenant + "/" + local;
        return pulsar.getPulsarResources()
                .getNamespaceResources()
                .namespaceExistsAsync(NamespaceName.get(namespace))
                .thenCompose(there -> there
                        ? deletePartitioned(namespace)
                                .thenCompose(deleted -> deleteOthers(namespace))
                                .thenCompose(deleted -> admin.namespaces().deleteNamespaceAsync(namespace))
                                .exceptionallyCompose(PulsarNamespaces::unlessGone)
                        : NOTHING);
    }

    private CompletableFuture<Void> deletePartitioned(String namespace) {
        return admin.topics()
                .getPartitionedTopicListAsync(namespace)
                .thenCompose(
                        topics -> eachOf(topics, topic -> admin.topics().deletePartitionedTopicAsync(topic, true)));
    }

    /** Those without partitions, and partitions that something else has left. System topics go with the namespace. */
    private CompletableFuture<Void> deleteOthers(String namespace) {
        return admin.topics()
                .getListAsync(namespace)
                .thenCompose(topics -> eachOf(
                        topics.stream()
                                .filter(topic -> !SystemTopicNames.isSystemTopic(TopicName.get(topic)))
                                .toList(),
                        topic -> admin.topics().deleteAsync(topic, true)));
    }

    private static CompletableFuture<Void> eachOf(
            List<String> topics, Function<String, CompletableFuture<Void>> deletion) {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < topics.size(); i++) {
            String topic = topics.get(i);
            CompletableFuture<Void> before = i < LANES ? NOTHING : all.get(i - LANES);
            all.add(before.thenCompose(done -> deletion.apply(topic))
                    .exceptionallyCompose(PulsarNamespaces::unlessGone));
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
    }

    /** Deletes the tenant of a namespace, or finds it gone; keeps it when something else is in it by now. */
    public CompletableFuture<Void> deleteTenant(Namespace namespace) {
        return pulsarNamespaces(namespace).thenCompose(others -> {
            if (!others.isEmpty()) {
                LOG.warn("Tenant {} is kept, for there are other Pulsar namespaces in it: {}", namespace, others);
                return NOTHING;
            }
            return admin.tenants()
                    .deleteTenantAsync(namespace.name())
                    .exceptionallyCompose(PulsarNamespaces::unlessGone);
        });
    }

    private static CompletableFuture<Void> unlessGone(Throwable failure) {
        return FutureUtil.unwrapCompletionException(failure) instanceof NotFoundException
                ? NOTHING
                : CompletableFuture.failedFuture(failure);
    }

    @Override
    public String cluster() {
        return pulsar.getConfiguration().getClusterName();
    }
}
