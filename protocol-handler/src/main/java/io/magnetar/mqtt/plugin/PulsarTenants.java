package io.magnetar.mqtt.plugin;

import io.magnetar.mqtt.namespace.NamespaceSettings;
import io.magnetar.mqtt.namespace.Tenants;
import io.magnetar.tenancy.DeletionMarks;
import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.TenantProvisioner;
import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.metadata.api.MetadataStore;
import org.apache.pulsar.metadata.api.NotificationType;

/**
 * The tenants of a Pulsar instance, in its configuration metadata store: {@code /admin/policies/<tenant>}. A store tells of changes that
 * any broker makes.
 *
 * <p>Thread: any.
 */
final class PulsarTenants implements Tenants {
    private static final String ROOT = "/admin/policies/";

    private final MetadataStore store;
    private final TenantProvisioner provisioner;
    private final NamespaceSettings.Creation creation;
    private final DeletionMarks marks;

    PulsarTenants(
            MetadataStore store,
            TenantProvisioner provisioner,
            NamespaceSettings.Creation creation,
            DeletionMarks marks) {
        this.marks = marks;
        this.store = store;
        this.provisioner = provisioner;
        this.creation = creation;
    }

    @Override
    public CompletableFuture<Standing> standing(Namespace namespace) {
        return marks.read().thenCompose(marked -> {
            if (marked.containsKey(namespace)) {
                return CompletableFuture.completedFuture(Standing.BEING_DELETED);
            }
            return store.get(ROOT + namespace.name())
                    .thenApply(found -> found.isPresent() ? Standing.THERE : Standing.MISSING);
        });
    }

    @Override
    public CompletableFuture<Void> create(Namespace namespace) {
        return provisioner.createTenant(namespace, creation.adminRolesOf(namespace));
    }

    @Override
    public void onChange(Listener listener) {
        marks.onMarked(listener::deleted);
        store.registerListener(notification -> {
            String path = notification.getPath();
            if (path.startsWith(ROOT) && path.indexOf('/', ROOT.length()) < 0) {
                String tenant = path.substring(ROOT.length());
                if (!Namespace.isLegal(tenant)) {
                    return;
                }
                if (notification.getType() == NotificationType.Deleted) {
                    listener.deleted(new Namespace(tenant));
                } else {
                    listener.changed(new Namespace(tenant));
                }
            }
        });
    }
}
