package io.magnetar.it.tenancy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import io.magnetar.tenancy.MetadataStoreProperties;
import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.NamespaceProperty;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.common.policies.data.TenantInfo;
import org.apache.pulsar.metadata.api.MetadataStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What {@code pulsar-admin namespaces set-property} says of a namespace, on a real Pulsar. */
@ExtendWith(PulsarExtension.class)
class MetadataStorePropertiesTest {
    private static final NamespaceProperty NUMBER = NamespaceProperty.number("mqtt.number", 0, 100);
    private static final Duration SOON = Duration.ofSeconds(2);

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
    private final List<Namespace> told = new CopyOnWriteArrayList<>();
    private MetadataStoreProperties properties;

    @BeforeEach
    void follow(EmbeddedPulsar pulsar) throws Exception {
        properties =
                new MetadataStoreProperties(pulsar.broker().getConfigurationMetadataStore(), List.of(NUMBER), executor);
        properties.onChange(told::add);
        if (!pulsar.admin().tenants().getTenants().contains("mqtt")) {
            pulsar.admin()
                    .tenants()
                    .createTenant(
                            "mqtt",
                            TenantInfo.builder()
                                    .allowedClusters(Set.of(EmbeddedPulsar.CLUSTER))
                                    .build());
        }
    }

    @AfterEach
    void stop() {
        properties.close();
        executor.shutdownNow();
    }

    private Namespace opened(String name) throws Exception {
        Namespace namespace = new Namespace(name);
        properties.open(namespace).get(10, TimeUnit.SECONDS);
        return namespace;
    }

    private void awaitInForce(Namespace namespace, Map<String, String> expected) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(properties.of(namespace)).isEqualTo(expected));
    }

    @Test
    void whatIsSetIsThereWhenANamespaceIsOpenedAndFollowedThen(EmbeddedPulsar pulsar) throws Exception {
        PulsarAdmin admin = pulsar.admin();
        admin.namespaces().createNamespace("mqtt/follows");
        admin.namespaces().setProperty("mqtt/follows", "mqtt.number", "7");
        admin.namespaces().setProperty("mqtt/follows", "theirs", "not ours");
        assertThat(properties.of(new Namespace("follows"))).as("not open").isEmpty();

        Namespace namespace = opened("follows");

        assertThat(properties.of(namespace)).containsExactly(Map.entry("mqtt.number", "7"));
        assertThat(properties.of(namespace)).isSameAs(properties.of(namespace));
        told.clear();
        admin.namespaces().setProperty("mqtt/follows", "mqtt.number", "8");
        awaitInForce(namespace, Map.of("mqtt.number", "8"));
        assertThat(told).containsOnly(namespace);
        admin.namespaces().removeProperty("mqtt/follows", "mqtt.number");
        awaitInForce(namespace, Map.of());
    }

    @Test
    void withoutItsPulsarNamespaceNothingIsSetUntilItIsMade(EmbeddedPulsar pulsar) throws Exception {
        Namespace namespace = opened("made-later");
        assertThat(properties.of(namespace)).isEmpty();

        pulsar.admin().namespaces().createNamespace("mqtt/made-later");
        pulsar.admin().namespaces().setProperties("mqtt/made-later", Map.of("mqtt.number", "1"));
        awaitInForce(namespace, Map.of("mqtt.number", "1"));

        pulsar.admin().namespaces().deleteNamespace("mqtt/made-later");
        awaitInForce(namespace, Map.of());
    }

    @Test
    void aWrongValueLeavesTheLastRightOneInForce(EmbeddedPulsar pulsar) throws Exception {
        pulsar.admin().namespaces().createNamespace("mqtt/wrong");
        pulsar.admin().namespaces().setProperties("mqtt/wrong", Map.of("mqtt.number", "many"));
        Namespace namespace = opened("wrong");
        assertThat(properties.of(namespace)).as("there is no right one").isEmpty();

        pulsar.admin().namespaces().setProperties("mqtt/wrong", Map.of("mqtt.number", "5"));
        awaitInForce(namespace, Map.of("mqtt.number", "5"));
        for (String wrong : List.of("101", "-1", "0x10", "1e2", "", "9999999999999999999999")) {
            told.clear();
            pulsar.admin().namespaces().setProperties("mqtt/wrong", Map.of("mqtt.number", wrong));
            await().atMost(SOON).until(() -> !told.isEmpty());
            assertThat(properties.of(namespace)).as(wrong).isEqualTo(Map.of("mqtt.number", "5"));
        }
        pulsar.admin().namespaces().setProperties("mqtt/wrong", Map.of("mqtt.number", "6", "mqtt.numbr", "7"));
        awaitInForce(namespace, Map.of("mqtt.number", "6", "mqtt.numbr", "7"));
    }

    @Test
    void nothingIsKnownOfANamespaceThatIsClosed(EmbeddedPulsar pulsar) throws Exception {
        pulsar.admin().namespaces().createNamespace("mqtt/closed");
        pulsar.admin().namespaces().setProperty("mqtt/closed", "mqtt.number", "7");
        Namespace namespace = opened("closed");
        Namespace other = opened("closed-other");
        told.clear();

        properties.close(namespace);

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(properties.of(namespace)).isEmpty());
        assertThat(told).containsExactly(namespace);
        pulsar.admin().namespaces().setProperty("mqtt/closed", "mqtt.number", "8");
        pulsar.admin().namespaces().createNamespace("mqtt/closed-other");
        pulsar.admin().namespaces().setProperty("mqtt/closed-other", "mqtt.number", "9");
        awaitInForce(other, Map.of("mqtt.number", "9"));
        assertThat(properties.of(namespace)).isEmpty();
        opened("closed");
        assertThat(properties.of(namespace)).isEqualTo(Map.of("mqtt.number", "8"));
    }

    @Test
    void policiesThatCannotBeReadLeaveWhatWasKnown(EmbeddedPulsar pulsar) throws Exception {
        pulsar.admin().namespaces().createNamespace("mqtt/broken");
        pulsar.admin().namespaces().setProperty("mqtt/broken", "mqtt.number", "7");
        Namespace namespace = opened("broken");
        MetadataStore store = pulsar.broker().getConfigurationMetadataStore();
        String path = "/admin/policies/mqtt/broken";
        byte[] good = store.get(path).get().orElseThrow().getValue();

        store.put(path, "{\"properties\":".getBytes(UTF_8), Optional.empty()).get(10, TimeUnit.SECONDS);
        assertThat(properties
                        .open(namespace)
                        .handle((done, failure) -> failure != null)
                        .get(10, TimeUnit.SECONDS))
                .isTrue();
        assertThat(properties.of(namespace)).isEqualTo(Map.of("mqtt.number", "7"));

        ObjectNode repaired = (ObjectNode) new ObjectMapper().readTree(good);
        repaired.putObject("properties").put("mqtt.number", "8");
        store.put(path, repaired.toString().getBytes(UTF_8), Optional.empty()).get(10, TimeUnit.SECONDS);
        awaitInForce(namespace, Map.of("mqtt.number", "8"));
    }
}
