package io.magnetar.mqtt.admin;

import io.magnetar.mqtt.deletion.NamespaceDeletions;
import io.magnetar.tenancy.DeletionMarks.Mark;
import io.magnetar.tenancy.Namespace;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Namespaces that are deleted. A request is answered when that is done, or after {@value #WAITED_SECONDS} seconds, while it goes on.
 *
 * <p>Thread: any; never blocks.
 */
public final class DeletionRequests implements Routes {
    /** The Pulsar namespaces of a tenant that are ours. */
    static final Set<String> OURS = Set.of("streams", "queue", "mqtt");

    private static final int WAITED_SECONDS = 15;

    private final NamespaceRegister register;
    private final ServedNamespaces served;
    private final NamespaceDeletions deletions;

    public DeletionRequests(NamespaceRegister register, ServedNamespaces served, NamespaceDeletions deletions) {
        this.register = register;
        this.served = served;
        this.deletions = deletions;
    }

    @Override
    public List<Route> routes() {
        return List.of(Route.of("DELETE", NamespaceRequests.NAMESPACE, this::delete));
    }

    private CompletableFuture<AdminAnswer> delete(Call call) {
        Namespace namespace = call.namespace();
        boolean withTenant = call.request().isSet("withTenant");
        return call.require(Right.OPERATE, null).thenCompose(ignored -> {
            served.check(namespace);
            return checked(namespace, withTenant)
                    .thenCompose(may -> deletions
                            .delete(namespace, withTenant)
                            .thenApply(done -> true)
                            .completeOnTimeout(false, WAITED_SECONDS, TimeUnit.SECONDS))
                    .thenCompose(done -> answer(namespace, done));
        });
    }

    private CompletableFuture<Void> checked(Namespace namespace, boolean withTenant) {
        if (deletions.mark(namespace).isPresent()) {
            return CompletableFuture.completedFuture(null);
        }
        return register.tenant(namespace)
                .thenCombine(register.pulsarNamespaces(namespace), (tenant, pulsarNamespaces) -> {
                    if (tenant.isEmpty()) {
                        throw RefusedRequest.missing("there is no tenant " + namespace);
                    }
                    List<String> others = pulsarNamespaces.stream()
                            .filter(local -> !OURS.contains(local))
                            .sorted()
                            .toList();
                    if (withTenant && !others.isEmpty()) {
                        throw new RefusedRequest(
                                RefusedRequest.CONFLICT,
                                "the tenant " + namespace + " has Pulsar namespaces that are not of MQTT: "
                                        + String.join(", ", others)
                                        + "; delete them first, or delete the MQTT namespace without the tenant");
                    }
                    if (withTenant && namespace.equals(served.settings().defaultNamespace())) {
                        throw new RefusedRequest(
                                RefusedRequest.CONFLICT,
                                namespace + " is mqttDefaultNamespace: the broker does not start without its tenant");
                    }
                    return null;
                });
    }

    private CompletableFuture<AdminAnswer> answer(Namespace namespace, boolean done) {
        Map<String, Object> body = new LinkedHashMap<>();
        if (!done) {
            body.put("namespace", namespace.name());
            describe(deletions, namespace).ifPresent(deletion -> body.put("deletion", deletion));
            return CompletableFuture.completedFuture(new AdminAnswer(AdminAnswer.ACCEPTED, body));
        }
        return register.tenant(namespace).thenApply(tenant -> {
            body.put("deleted", namespace.name());
            body.put("tenant", tenant.isPresent() ? "kept" : "deleted");
            return AdminAnswer.ok(body);
        });
    }

    /** Fails for a namespace that is being deleted. */
    static void checkNone(NamespaceDeletions deletions, Namespace namespace) {
        if (deletions.mark(namespace).isPresent()) {
            throw refusal(namespace);
        }
    }

    /** What is wrong with a request about a namespace that is being deleted. */
    static RefusedRequest refusal(Namespace namespace) {
        return new RefusedRequest(
                RefusedRequest.CONFLICT,
                "the namespace " + namespace
                        + " is being deleted: get it to see how far that is, and make it again when" + " it is gone");
    }

    /** How far the deletion of a namespace is, if it is being deleted. */
    static Optional<Map<String, Object>> describe(NamespaceDeletions deletions, Namespace namespace) {
        Optional<Mark> mark = deletions.mark(namespace);
        return mark.map(found -> {
            Map<String, Object> description = new LinkedHashMap<>();
            description.put("since", Instant.ofEpochMilli(found.sinceMillis()).toString());
            description.put("by", found.broker());
            description.put("withTenant", found.withTenant());
            deletions.progress(namespace).ifPresent(progress -> {
                description.put("step", progress.step());
                if (progress.problem() != null) {
                    description.put("problem", progress.problem());
                }
            });
            return description;
        });
    }
}
