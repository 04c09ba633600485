package io.magnetar.tenancy;

import java.util.concurrent.CompletableFuture;

/**
 * Forgets what is kept of a namespace that is being deleted, in memory and for good.
 *
 * <p>Thread: any; never blocks.
 */
public interface NamespacePurge {
    /** What is forgotten, for those who look how far the deletion is: "users". */
    String what();

    /**
     * Completes when nothing of it is left. The namespace has no clients, and gets none before that; may be called again, also for a
     * namespace that nothing is kept of.
     */
    CompletableFuture<Void> purge(Namespace namespace);
}
