package io.magnetar.mqtt.admin;

import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

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

    /** The properties that the operator has written for a namespace; none where there is no place for them yet. */
    CompletableFuture<Map<String, String>> properties(Namespace namespace);

    /** Changes them, and makes the place for them when it is missing. */
    CompletableFuture<Void> changeProperties(Namespace namespace, Map<String, String> set, Set<String> remove);

    /**
     * Changes one of them, however many do so at once, and makes the place for it when it is missing.
     *
     * @param change of its value, a list in JSON, which is empty when there is none; what it throws makes this fail
     */
    CompletableFuture<Void> changeProperty(Namespace namespace, String property, UnaryOperator<String> change);

    /** The cluster of this broker. */
    String cluster();
}
