package io.magnetar.mqtt.admin;

import io.magnetar.mqtt.deletion.NamespaceDeletions;
import io.magnetar.tenancy.Namespace;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Writes what is kept of a namespace outside of its tenant, such as users and rules, so that the next tenant of the name has none of it:
 * only of a tenant that is there, that has one of our Pulsar namespaces by which it is known again, and that is not being deleted.
 *
 * <pre>
 *   check --> write --> check again --> done
 *                            | a deletion has begun, which may have looked before: taken back, refused
 * </pre>
 *
 * <p>Thread: any; never blocks.
 */
public final class NamespaceWrites {
    private final NamespaceRegister register;
    private final ServedNamespaces served;
    private final NamespaceDeletions deletions;

    public NamespaceWrites(NamespaceRegister register, ServedNamespaces served, NamespaceDeletions deletions) {
        this.register = register;
        this.served = served;
        this.deletions = deletions;
    }

    /**
     * Writes something.
     *
     * @param undo takes it back
     * @return fails with {@link RefusedRequest} when there is no such namespace or it is being deleted
     */
    public <T> CompletableFuture<T> write(
            Namespace namespace, Supplier<CompletableFuture<T>> write, Supplier<CompletableFuture<Void>> undo) {
        return check(namespace)
                .thenCompose(there -> register.provision(namespace))
                .thenCompose(made -> write.get())
                .thenCompose(written -> check(namespace)
                        .thenApply(there -> written)
                        .exceptionallyCompose(
                                refusal -> undo.get().thenCompose(undone -> CompletableFuture.failedFuture(refusal))));
    }

    /** Fails for a namespace that is not there, as all brokers say now. */
    private CompletableFuture<Void> check(Namespace namespace) {
        return deletions
                .look(namespace)
                .thenCompose(mark -> {
                    served.check(namespace);
                    if (mark.isPresent()) {
                        throw DeletionRequests.refusal(namespace);
                    }
                    return register.tenant(namespace);
                })
                .thenAccept(tenant -> {
                    if (tenant.isEmpty()) {
                        throw RefusedRequest.missing("there is no tenant " + namespace);
                    }
                });
    }
}
