package io.magnetar.it.tenancy;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.StreamRetention;
import io.magnetar.tenancy.TenantProvisioner;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.admin.Namespaces;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.common.policies.data.BacklogQuota;
import org.apache.pulsar.common.policies.data.BacklogQuota.BacklogQuotaType;
import org.apache.pulsar.common.policies.data.RetentionPolicies;
import org.apache.pulsar.common.policies.data.TenantInfo;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PulsarExtension.class)
class TenantProvisionerTest {
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    private TenantProvisioner provisioner(EmbeddedPulsar pulsar) {
        return new TenantProvisioner(pulsar.admin(), EmbeddedPulsar.CLUSTER, StreamRetention.ofMinutes(10_080), timer);
    }

    private static void createTenant(EmbeddedPulsar pulsar, String name) throws Exception {
        pulsar.admin()
                .tenants()
                .createTenant(
                        name,
                        TenantInfo.builder()
                                .allowedClusters(Set.of(EmbeddedPulsar.CLUSTER))
                                .build());
    }

    @Test
    void waitsForTheTenantThenMakesTheNamespaceWithItsPolicies(EmbeddedPulsar pulsar) throws Exception {
        Namespace late = new Namespace("late-tenant");
        CompletableFuture<Void> provisioned = provisioner(pulsar)
                .awaitTenant(late)
                .thenCompose(there -> provisioner(pulsar).provision(late));
        assertThat(pulsar.admin().tenants().getTenants()).doesNotContain("late-tenant");
        assertThat(provisioned).isNotDone();

        createTenant(pulsar, "late-tenant");
        provisioned.get(10, TimeUnit.SECONDS);

        Namespaces namespaces = pulsar.admin().namespaces();
        String streams = "late-tenant/streams";
        assertThat(namespaces.getRetention(streams)).isEqualTo(new RetentionPolicies(10_080, -1));
        assertThat(namespaces.getInactiveTopicPolicies(streams).isDeleteWhileInactive())
                .isFalse();
        assertThat(namespaces.getAutoTopicCreation(streams).isAllowAutoTopicCreation())
                .isFalse();
        assertThat(namespaces.getDeduplicationStatus(streams)).isTrue();
        assertThat(namespaces.getBacklogQuotaMap(streams))
                .hasSize(2)
                .containsKeys(BacklogQuotaType.destination_storage, BacklogQuotaType.message_age)
                .allSatisfy((type, quota) -> assertThat(quota.getPolicy())
                        .isEqualTo(BacklogQuota.RetentionPolicy.consumer_backlog_eviction));
    }

    @Test
    void makesNothingForATenantThatIsNotThere(EmbeddedPulsar pulsar) throws Exception {
        Namespace missing = new Namespace("missing-tenant");

        assertThat(provisioner(pulsar).provision(missing))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withCauseInstanceOf(TenantProvisioner.MissingTenantException.class)
                .withMessageContaining("there is no tenant missing-tenant");
        assertThat(pulsar.admin().tenants().getTenants()).doesNotContain("missing-tenant");
    }

    @Test
    void makesATenantOnceWhoeverIsFaster(EmbeddedPulsar pulsar) throws Exception {
        Namespace made = new Namespace("made-tenant");
        CompletableFuture<Void> one = provisioner(pulsar).createTenant(made, List.of("ops"));
        CompletableFuture<Void> other = provisioner(pulsar).createTenant(made, List.of("ops"));
        CompletableFuture.allOf(one, other).get(10, TimeUnit.SECONDS);

        TenantInfo info = pulsar.admin().tenants().getTenantInfo("made-tenant");
        assertThat(info.getAdminRoles()).containsExactly("ops");
        assertThat(info.getAllowedClusters()).containsExactly(EmbeddedPulsar.CLUSTER);
    }

    @Test
    void makesACompactedLogThatNothingIsTakenAwayFrom(EmbeddedPulsar pulsar) throws Exception {
        createTenant(pulsar, "logs");
        for (int again = 0; again < 2; again++) {
            provisioner(pulsar)
                    .provisionCompactedLog("logs", "mqtt", "plain", 0)
                    .get(10, TimeUnit.SECONDS);
            provisioner(pulsar)
                    .provisionCompactedLog("logs", "mqtt", "parts", 3)
                    .get(10, TimeUnit.SECONDS);
        }

        Namespaces namespaces = pulsar.admin().namespaces();
        assertThat(namespaces.getRetention("logs/mqtt")).isEqualTo(new RetentionPolicies(-1, -1));
        assertThat(namespaces.getCompactionThreshold("logs/mqtt")).isPositive();
        assertThat(namespaces.getDeduplicationStatus("logs/mqtt")).isTrue();
        assertThat(namespaces.getInactiveTopicPolicies("logs/mqtt").isDeleteWhileInactive())
                .isFalse();
        assertThat(namespaces.getAutoTopicCreation("logs/mqtt").isAllowAutoTopicCreation())
                .isFalse();
        assertThat(pulsar.admin().topics().getList("logs/mqtt")).contains("persistent://logs/mqtt/plain");
        assertThat(pulsar.admin().topics().getPartitionedTopicMetadata("persistent://logs/mqtt/parts").partitions)
                .isEqualTo(3);
    }

    @Test
    void makesMagnetarsOwnTenant(EmbeddedPulsar pulsar) throws Exception {
        provisioner(pulsar)
                .provisionCompactedLog(TenantProvisioner.OWN_TENANT, "own", "log", 0)
                .get(10, TimeUnit.SECONDS);

        assertThat(pulsar.admin().tenants().getTenants()).contains("mqtt");
        assertThat(pulsar.admin().topics().getList("mqtt/own")).containsExactly("persistent://mqtt/own/log");
    }

    @Test
    void leavesANamespaceAsItsAdminMadeIt(EmbeddedPulsar pulsar) throws Exception {
        String tenant = pulsar.newTenant();
        RetentionPolicies before = pulsar.admin().namespaces().getRetention(tenant + "/streams");

        provisioner(pulsar).provision(new Namespace(tenant)).get(10, TimeUnit.SECONDS);
        provisioner(pulsar).provision(new Namespace(tenant)).get(10, TimeUnit.SECONDS);

        assertThat(pulsar.admin().namespaces().getRetention(tenant + "/streams"))
                .isEqualTo(before);
    }

    @Test
    void anIdleStreamOfAProvisionedTenantIsKept() throws Exception {
        try (EmbeddedPulsar impatient = EmbeddedPulsar.start(configuration -> {
            configuration.setBrokerDeleteInactiveTopicsEnabled(true);
            configuration.setBrokerDeleteInactiveTopicsFrequencySeconds(1);
            configuration.setBrokerDeleteInactiveTopicsMaxInactiveDurationSeconds(1);
            configuration.setBrokerDeleteInactivePartitionedTopicMetadataEnabled(true);
        })) {
            createTenant(impatient, "idle");
            provisioner(impatient).provision(new Namespace("idle")).get(10, TimeUnit.SECONDS);
            impatient.admin().namespaces().createNamespace("idle/other");
            String stream = "persistent://idle/streams/readings";
            String other = "persistent://idle/other/readings";
            for (String topic : List.of(stream, other)) {
                impatient.admin().topics().createPartitionedTopic(topic, 1);
                try (Producer<byte[]> producer =
                        impatient.client().newProducer().topic(topic).create()) {
                    producer.send(new byte[] {1});
                }
            }

            // The broker has looked for idle topics when it has deleted the one that nothing protects.
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() ->
                            impatient.admin().topics().getList("idle/other").isEmpty());
            assertThat(impatient
                            .admin()
                            .topics()
                            .getPartitionedStats(stream, false)
                            .getMsgInCounter())
                    .isEqualTo(1);
        }
    }
}
