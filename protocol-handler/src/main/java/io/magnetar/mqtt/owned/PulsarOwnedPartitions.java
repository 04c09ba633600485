package io.magnetar.mqtt.owned;

import io.magnetar.stream.append.OwnedPartitions;
import java.util.Optional;
import org.apache.pulsar.broker.ServiceConfiguration;
import org.apache.pulsar.broker.service.BrokerService;
import org.apache.pulsar.broker.service.persistent.PersistentTopic;

/**
 * Finds the partitions of this broker that may be appended to directly: where what the client's way would add, the broker's
 * publish rate limits, interceptors and encryption, is not in use.
 *
 * <p>Thread: any.
 */
public final class PulsarOwnedPartitions implements OwnedPartitions {
    private final BrokerService broker;

    public PulsarOwnedPartitions(BrokerService broker) {
        this.broker = broker;
    }

    @Override
    public Optional<OwnedPartition> find(String pulsarTopic, String producerName) {
        if (!everyPublishIsAlike()) {
            return Optional.empty();
        }
        return broker.getTopicReference(pulsarTopic)
                .filter(PersistentTopic.class::isInstance)
                .map(PersistentTopic.class::cast)
                .flatMap(topic -> find(topic, producerName))
                .filter(OwnedPartition::isUsable);
    }

    private Optional<OwnedPartition> find(PersistentTopic topic, String producerName) {
        int maxEntryBytes = broker.pulsar().getConfiguration().getMaxMessageSize();
        return Optional.ofNullable(topic.getProducers().get(producerName))
                .map(producer -> new PulsarOwnedPartition(topic, producer, maxEntryBytes));
    }

    /** Nothing in the broker looks at, slows down, or cuts the publishes of its clients. */
    private boolean everyPublishIsAlike() {
        ServiceConfiguration configuration = broker.pulsar().getConfiguration();
        return configuration.getMaxMessageSize() >= MAX_ENTRY_BYTES
                && broker.getInterceptor() == null
                && configuration.getBrokerPublisherThrottlingMaxMessageRate() <= 0
                && configuration.getBrokerPublisherThrottlingMaxByteRate() <= 0;
    }
}
