package io.magnetar.mqtt.owned;

import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.retention.RetentionPolicies;
import io.magnetar.stream.retention.RetentionPolicy;
import io.magnetar.stream.retention.RetentionPolicy.Level;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.broker.PulsarService;
import org.apache.pulsar.broker.ServiceConfiguration;
import org.apache.pulsar.broker.service.TopicPoliciesService.GetType;
import org.apache.pulsar.common.naming.NamespaceName;
import org.apache.pulsar.common.naming.TopicName;
import org.apache.pulsar.common.policies.data.TopicPolicies;

/**
 * The policies as the broker in this process knows them, from its own caches of what all brokers share: a topic's before its
 * namespace's, and the broker's when neither has one.
 *
 * <p>Thread: any.
 */
public final class BrokerRetentionPolicies implements RetentionPolicies {
    private final PulsarService pulsar;

    public BrokerRetentionPolicies(PulsarService pulsar) {
        this.pulsar = pulsar;
    }

    @Override
    public CompletableFuture<RetentionPolicy> of(StreamDefinition stream) {
        TopicName topic = TopicName.get(stream.pulsarTopic());
        return ofTopic(topic, GetType.LOCAL_ONLY)
                .thenCompose(local -> local.isPresent()
                        ? CompletableFuture.completedFuture(local)
                        : ofTopic(topic, GetType.GLOBAL_ONLY))
                .thenCompose(found -> found.isPresent()
                        ? CompletableFuture.completedFuture(policy(found.get(), Level.TOPIC))
                        : ofNamespace(topic.getNamespaceObject()));
    }

    private CompletableFuture<Optional<org.apache.pulsar.common.policies.data.RetentionPolicies>> ofTopic(
            TopicName topic, GetType type) {
        return pulsar.getTopicPoliciesService()
                .getTopicPoliciesAsync(topic, type)
                .thenApply(found -> found.map(TopicPolicies::getRetentionPolicies));
    }

    private CompletableFuture<RetentionPolicy> ofNamespace(NamespaceName namespace) {
        ServiceConfiguration preset = pulsar.getConfiguration();
        return pulsar.getPulsarResources()
                .getNamespaceResources()
                .getPoliciesAsync(namespace)
                .thenApply(found -> found.map(policies -> policies.retention_policies)
                        .map(retention -> policy(retention, Level.NAMESPACE))
                        .orElseGet(() -> new RetentionPolicy(
                                preset.getDefaultRetentionTimeInMinutes(),
                                preset.getDefaultRetentionSizeInMB(),
                                Level.BROKER)));
    }

    private static RetentionPolicy policy(
            org.apache.pulsar.common.policies.data.RetentionPolicies retention, Level from) {
        return new RetentionPolicy(retention.getRetentionTimeInMinutes(), retention.getRetentionSizeInMB(), from);
    }
}
