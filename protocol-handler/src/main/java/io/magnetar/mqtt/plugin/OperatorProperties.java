package io.magnetar.mqtt.plugin;

import io.magnetar.mqtt.access.AccessControl;
import io.magnetar.mqtt.admission.NamespaceBans;
import io.magnetar.mqtt.quota.LimitProperties;
import io.magnetar.tenancy.MetadataStoreProperties;
import io.magnetar.tenancy.NamespaceProperty;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.apache.pulsar.broker.PulsarService;

/** What operators may set for single namespaces, of all who look at it. Stateless. */
final class OperatorProperties {
    private OperatorProperties() {}

    static List<NamespaceProperty> known() {
        return Stream.of(
                        PulsarNamespaceChains.KNOWN,
                        LimitProperties.known(),
                        AccessControl.PROPERTIES,
                        NamespaceBans.KNOWN)
                .flatMap(List::stream)
                .toList();
    }

    /** @param executor has one thread */
    static MetadataStoreProperties follow(PulsarService pulsar, ScheduledExecutorService executor) {
        return new MetadataStoreProperties(pulsar.getConfigurationMetadataStore(), known(), executor);
    }
}
