package io.magnetar.it.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import io.magnetar.mqtt.owned.PulsarOwnedPartitions;
import io.magnetar.stream.append.OwnedPartitions;
import io.magnetar.stream.append.OwnedPartitions.OwnedPartition;
import org.apache.pulsar.broker.service.BrokerService;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.common.policies.data.PublishRate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which partitions may be appended to directly. */
@ExtendWith(PulsarExtension.class)
class OwnedPartitionsTest {
    private static final String NAME = "writer";

    @Test
    void areThoseOfThisBrokerWhileTheProducerIsThere(EmbeddedPulsar pulsar) throws Exception {
        String topic = topic(pulsar);
        OwnedPartitions owned = owned(pulsar);
        assertThat(owned.find(topic, NAME)).isEmpty();

        OwnedPartition partition;
        try (Producer<byte[]> producer = producer(pulsar, topic)) {
            partition = owned.find(topic, producer.getProducerName()).orElseThrow();
            assertThat(partition.isUsable()).isTrue();
            assertThat(owned.find(topic, "another")).isEmpty();
        }

        assertThat(partition.isUsable()).isFalse();
        assertThat(owned.find(topic, NAME)).isEmpty();
    }

    @Test
    void areNotThoseWithAPublishRate(EmbeddedPulsar pulsar) throws Exception {
        String topic = topic(pulsar);
        try (Producer<byte[]> producer = producer(pulsar, topic)) {
            OwnedPartition partition =
                    owned(pulsar).find(topic, producer.getProducerName()).orElseThrow();

            pulsar.admin().namespaces().setPublishRate(namespaceOf(topic), new PublishRate(1_000, -1));

            Awaitility.await().until(() -> !partition.isUsable());
            assertThat(owned(pulsar).find(topic, producer.getProducerName())).isEmpty();
        }
    }

    @Test
    void areNotTheSameOnesAfterAnUnload(EmbeddedPulsar pulsar) throws Exception {
        String topic = topic(pulsar);
        try (Producer<byte[]> producer = producer(pulsar, topic)) {
            OwnedPartition partition =
                    owned(pulsar).find(topic, producer.getProducerName()).orElseThrow();

            pulsar.admin().topics().unload(topic);

            assertThat(partition.isUsable()).isFalse();
            Awaitility.await()
                    .until(() -> owned(pulsar)
                            .find(topic, producer.getProducerName())
                            .isPresent());
            assertThat(partition.isUsable()).isFalse();
        }
    }

    private static OwnedPartitions owned(EmbeddedPulsar pulsar) {
        BrokerService service = pulsar.broker().getBrokerService();
        return new PulsarOwnedPartitions(service);
    }

    private static String topic(EmbeddedPulsar pulsar) throws Exception {
        String topic = "persistent://" + pulsar.newTenant() + "/streams/owned";
        pulsar.admin().topics().createNonPartitionedTopic(topic);
        return topic;
    }

    private static String namespaceOf(String topic) {
        return topic.substring("persistent://".length(), topic.lastIndexOf('/'));
    }

    private static Producer<byte[]> producer(EmbeddedPulsar pulsar, String topic) throws Exception {
        return pulsar.client().newProducer().topic(topic).producerName(NAME).create();
    }
}
