package io.magnetar.it.mqtt;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.apache.pulsar.client.admin.PulsarAdminException.ConflictException;
import org.apache.pulsar.common.policies.data.TenantInfo;

/** What an operator says of one tenant, as {@code pulsar-admin namespaces set-property} does. Thread: the test's. */
final class OperatorLimits {
    private final EmbeddedPulsar pulsar;
    private final String pulsarNamespace;

    /** Of a tenant that is made now. */
    OperatorLimits(EmbeddedPulsar pulsar, String tenant) throws PulsarAdminException {
        this.pulsar = pulsar;
        this.pulsarNamespace = "mqtt/" + tenant;
        makeOwnTenant();
        Tenants.create(pulsar, tenant);
        pulsar.admin().namespaces().createNamespace(pulsarNamespace);
    }

    private void makeOwnTenant() throws PulsarAdminException {
        List<String> tenants = pulsar.admin().tenants().getTenants();
        if (!tenants.contains("mqtt")) {
            try {
                pulsar.admin()
                        .tenants()
                        .createTenant(
                                "mqtt",
                                TenantInfo.builder()
                                        .allowedClusters(Set.of(EmbeddedPulsar.CLUSTER))
                                        .build());
            } catch (ConflictException e) {
                // A broker that starts was faster.
            }
        }
    }

    OperatorLimits set(String name, long value) throws PulsarAdminException {
        pulsar.admin().namespaces().setProperty(pulsarNamespace, name, Long.toString(value));
        return this;
    }

    OperatorLimits set(Map<String, String> properties) throws PulsarAdminException {
        pulsar.admin().namespaces().setProperties(pulsarNamespace, properties);
        return this;
    }

    OperatorLimits remove(String name) throws PulsarAdminException {
        pulsar.admin().namespaces().removeProperty(pulsarNamespace, name);
        return this;
    }
}
