package io.magnetar.mqtt.auth;

import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The sources that an operator has chosen for the clients of single namespaces.
 *
 * <p>Thread: any.
 */
@FunctionalInterface
public interface NamespaceChains {
    /** No namespace has sources of its own. */
    NamespaceChains NONE = namespace -> CompletableFuture.completedFuture(Optional.empty());

    /**
     * The names of a namespace's sources, whether it is open or not. Never throws; a failed future means that nobody knows.
     *
     * @return completes on any thread; nothing when the namespace has none of its own
     */
    CompletableFuture<Optional<List<String>>> of(Namespace namespace);
}
