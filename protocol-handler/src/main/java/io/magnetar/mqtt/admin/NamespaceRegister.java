package io.magnetar.mqtt.admin;

import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** What Pulsar knows of namespaces, and what is made there for them. Thread: any; never blocks. */
public interface NamespaceRegister {
    /**
     * A tenant.
     *
     * @param adminRoles who may administer it, beside superusers
     * @param allowedClusters Pulsar clusters that it may use
     */
    record Tenant(Set<String> adminRoles, Set<String> allowedClusters) {}

    /** The names of all tenants, in any order. */
    CompletableFuture<List<String>> tenants();

    /** The tenant of a namespace, if there is one. */
    CompletableFuture<Optional<Tenant>> tenant(Namespace namespace);

    /** The names of the Pulsar namespaces that are in the tenant of a namespace, without the tenant's; none without a tenant. */
    CompletableFuture<List<String>> pulsarNamespaces(Namespace namespace);

    /** Makes a tenant. Completes when there is one of that name, made now or before. */
    CompletableFuture<Void> createTenant(Namespace namespace, Tenant tenant);

    /** Makes what every namespace needs in its tenant, or finds it made. */
    CompletableFuture<Void> provision(Namespace namespace);

    /** The cluster of this broker. */
    String cluster();
}
