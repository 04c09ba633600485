package io.magnetar.mqtt.admin.pulsar;

import io.magnetar.mqtt.admin.NamespaceRegister;
import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.TenantProvisioner;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.broker.PulsarService;

/**
 * Namespaces as tenants of this broker's Pulsar, made with the credentials of the broker itself: whoever asks was authorized before.
 * What is read comes from the metadata store, through its caches.
 *
 * <p>Thread: any.
 */
public final class PulsarNamespaces implements NamespaceRegister {
    private final PulsarService pulsar;
    private final TenantProvisioner provisioner;

    public PulsarNamespaces(PulsarService pulsar, TenantProvisioner provisioner) {
        this.pulsar = pulsar;
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

    @Override
    public String cluster() {
        return pulsar.getConfiguration().getClusterName();
    }
}
