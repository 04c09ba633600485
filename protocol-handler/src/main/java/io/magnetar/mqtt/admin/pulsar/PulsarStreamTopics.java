package io.magnetar.mqtt.admin.pulsar;

import io.magnetar.mqtt.admin.PartitionStorage;
import io.magnetar.mqtt.admin.RefusedRequest;
import io.magnetar.mqtt.admin.StreamTopics;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.definition.StreamTopic;
import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.TenantProvisioner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.pulsar.broker.PulsarServerException;
import org.apache.pulsar.broker.PulsarService;
import org.apache.pulsar.client.admin.GetStatsOptions;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.common.naming.TopicName;
import org.apache.pulsar.common.policies.data.RetentionPolicies;
import org.apache.pulsar.compaction.Compactor;

/**
 * Streams as partitioned topics, made with the credentials of the broker itself: whoever asks was authorized before.
 *
 * <p>Thread: any.
 */
public final class PulsarStreamTopics implements StreamTopics {
    private static final int LANES = 16;
    private static final CompletableFuture<Void> NOTHING = CompletableFuture.completedFuture(null);

    private final PulsarService pulsar;
    private final PulsarAdmin admin;
    private final TenantProvisioner provisioner;
    private final Predicate<String> tenants;

    /**
     * @param tenants which tenants are namespaces
     * @throws PulsarServerException when the broker has no admin client for us
     */
    public PulsarStreamTopics(PulsarService pulsar, TenantProvisioner provisioner, Predicate<String> tenants)
            throws PulsarServerException {
        this.pulsar = pulsar;
        this.admin = pulsar.getAdminClient();
        this.provisioner = provisioner;
        this.tenants = tenants;
    }

    @Override
    public boolean serves(Namespace namespace) {
        return tenants.test(namespace.name());
    }

    @Override
    public CompletableFuture<Optional<StreamTopic>> find(Namespace namespace, String name) {
        TopicName topic;
        try {
            topic = TopicName.get("persistent", namespace.name(), StreamDefinition.STREAMS, name);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return pulsar.getPulsarResources()
                .getNamespaceResources()
                .getPartitionedTopicResources()
                .getPartitionedTopicMetadataAsync(topic, true)
                .thenApply(found -> found.filter(metadata -> !metadata.deleted)
                        .map(metadata -> new StreamTopic(
                                namespace,
                                name,
                                true,
                                metadata.partitions,
                                metadata.properties == null ? Map.of() : metadata.properties,
                                0,
                                0)));
    }

    @Override
    public CompletableFuture<Void> create(StreamTopic topic) {
        String tenant = topic.namespace().name();
        return pulsar.getPulsarResources()
                .getTenantResources()
                .tenantExistsAsync(tenant)
                .thenCompose(exists -> exists
                        ? provisioner.provision(topic.namespace())
                        : CompletableFuture.failedFuture(new RefusedRequest(
                                RefusedRequest.NOT_FOUND,
                                "there is no tenant " + tenant + ": make it with pulsar-admin tenants create "
                                        + tenant)))
                .thenCompose(done -> admin.topics()
                        .createPartitionedTopicAsync(topic.pulsarTopic(), topic.partitions(), topic.properties()))
                .exceptionallyCompose(PulsarFailures::refused);
    }

    @Override
    public CompletableFuture<Void> alter(StreamTopic topic, Map<String, String> set, Set<String> remove) {
        CompletableFuture<Void> altered = set.isEmpty()
                ? CompletableFuture.completedFuture(null)
                : admin.topics().updatePropertiesAsync(topic.pulsarTopic(), set);
        for (String property : remove) {
            altered = altered.thenCompose(done -> admin.topics().removePropertiesAsync(topic.pulsarTopic(), property));
        }
        return altered.exceptionallyCompose(PulsarFailures::refused);
    }

    @Override
    public CompletableFuture<Void> delete(StreamTopic topic) {
        return admin.topics()
                .deletePartitionedTopicAsync(topic.pulsarTopic(), true)
                .exceptionallyCompose(PulsarFailures::refused);
    }

    @Override
    public CompletableFuture<List<String>> subscriptions(StreamTopic topic) {
        return admin.topics()
                .getPartitionedStatsAsync(topic.pulsarTopic(), false)
                .thenApply(stats -> stats.getSubscriptions().entrySet().stream()
                        .filter(subscription -> subscription.getValue().isDurable())
                        .map(Map.Entry::getKey)
                        .filter(name -> !name.equals(Compactor.COMPACTION_SUBSCRIPTION))
                        .sorted()
                        .toList())
                .exceptionallyCompose(PulsarFailures::refused);
    }

    @Override
    public CompletableFuture<Traffic> traffic(String pulsarTopic) {
        GetStatsOptions options = GetStatsOptions.builder()
                .getPreciseBacklog(true)
                .subscriptionBacklogSize(true)
                .excludePublishers(true)
                .build();
        return admin.topics()
                .getPartitionedStatsAsync(pulsarTopic, true, options)
                .thenApply(PulsarTraffic::describe)
                .exceptionallyCompose(PulsarFailures::refused);
    }

    @Override
    public CompletableFuture<List<PartitionStorage>> storage(StreamDefinition stream) {
        List<CompletableFuture<PartitionStorage>> all = new ArrayList<>();
        for (int partition = 0; partition < stream.partitions(); partition++) {
            String pulsarTopic = stream.pulsarTopic(partition);
            CompletableFuture<?> before = partition < LANES ? NOTHING : all.get(partition - LANES);
            all.add(before.thenCompose(done -> admin.topics().getInternalStatsAsync(pulsarTopic, false))
                    .thenApply(Storage::of));
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .thenApply(done -> all.stream()
                        .map(each -> Objects.requireNonNull(each.getNow(null)))
                        .toList())
                .exceptionallyCompose(PulsarFailures::refused);
    }

    @Override
    public CompletableFuture<Map<String, Object>> retention(StreamTopic topic) {
        String namespace = topic.namespace().name() + "/" + StreamDefinition.STREAMS;
        return retentionOfTopic(topic)
                .thenCombine(admin.namespaces().getRetentionAsync(namespace), (own, ofNamespace) -> {
                    if (own != null) {
                        return described(own, "the topic's policy");
                    }
                    return ofNamespace != null
                            ? described(ofNamespace, "the policy of Pulsar namespace " + namespace)
                            : described(
                                    new RetentionPolicies(
                                            pulsar.getConfiguration().getDefaultRetentionTimeInMinutes(),
                                            pulsar.getConfiguration().getDefaultRetentionSizeInMB()),
                                    "the broker's configuration");
                })
                .exceptionallyCompose(PulsarFailures::refused);
    }

    private CompletableFuture<RetentionPolicies> retentionOfTopic(StreamTopic topic) {
        return pulsar.getConfiguration().isTopicLevelPoliciesEnabled()
                ? admin.topicPolicies().getRetentionAsync(topic.pulsarTopic())
                : CompletableFuture.completedFuture(null);
    }

    private static Map<String, Object> described(RetentionPolicies retention, String from) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("minutes", retention.getRetentionTimeInMinutes());
        described.put("megabytes", retention.getRetentionSizeInMB());
        described.put("from", from);
        return described;
    }
}
