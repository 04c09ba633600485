package io.magnetar.tenancy;

import java.util.Map;
import java.util.function.Consumer;

/**
 * What the operator of a cluster has set for single namespaces: the properties {@code mqtt.*} of the Pulsar namespace
 * {@code mqtt/<tenant>}, which is in the operator's own tenant, so that the admins of a tenant cannot change them.
 *
 * <p>Thread: any.
 */
public interface NamespaceProperties {
    /** Nothing is set for anybody. */
    NamespaceProperties NONE = new NamespaceProperties() {
        @Override
        public Map<String, String> of(Namespace namespace) {
            return Map.of();
        }

        @Override
        public void onChange(Consumer<Namespace> listener) {
            // Nothing ever changes.
        }
    };

    /**
     * The properties of a namespace that is open, with their names as they are written, as far as they are known.
     *
     * @return unmodifiable, the same object until something changes; empty when nothing is set
     */
    Map<String, String> of(Namespace namespace);

    /** Has a listener told, on any thread, whenever the properties of a namespace may have changed. */
    void onChange(Consumer<Namespace> listener);
}
