package io.magnetar.mqtt.plugin;

import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.NamespacePurge;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.metadata.api.MetadataStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets, when a broker starts, what is kept of tenants that have gone while no broker looked. One that was made anew under its old name
 * meanwhile has none of our Pulsar namespaces, which Pulsar wants deleted before it deletes a tenant, and which are made before anything is
 * kept of it.
 *
 * <p>Thread: any; {@value #LANES} tenants are looked at at a time.
 */
final class GoneTenants {
    private static final Logger LOG = LoggerFactory.getLogger(GoneTenants.class);
    private static final String TENANTS = "/admin/policies/";
    private static final Set<String> OURS = Set.of("streams", "queue", "mqtt");
    private static final int LANES = 64;

    private GoneTenants() {}

    /**
     * Completes when nothing is kept of such a tenant any more.
     *
     * @param store the configuration metadata store
     * @param kept the namespaces of which something is kept
     */
    static CompletableFuture<Void> purge(MetadataStore store, Set<Namespace> kept, NamespacePurge purge) {
        List<CompletableFuture<Void>> all = new ArrayList<>(kept.size());
        for (Namespace namespace : kept) {
            CompletableFuture<Void> before =
                    all.size() < LANES ? CompletableFuture.completedFuture(null) : all.get(all.size() - LANES);
            all.add(before.thenCompose(done -> store.getChildren(TENANTS + namespace.name()))
                    .thenCompose(there -> {
                        if (!Collections.disjoint(there, OURS)) {
                            return CompletableFuture.completedFuture(null);
                        }
                        LOG.info("Forgets the {} of the tenant {}, which is gone", purge.what(), namespace);
                        return purge.purge(namespace);
                    }));
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
    }
}
