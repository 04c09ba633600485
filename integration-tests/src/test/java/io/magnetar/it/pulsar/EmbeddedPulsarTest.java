package io.magnetar.it.pulsar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.apache.pulsar.broker.PulsarService;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PulsarExtension.class)
class EmbeddedPulsarTest {
    @Test
    void keepsWhatIsProducedAndMarksEntriesWithIndexAndTime(EmbeddedPulsar pulsar) throws Exception {
        String topic = "persistent://" + pulsar.newTenant() + "/streams/readings";
        pulsar.admin().topics().createPartitionedTopic(topic, 2);
        try (Producer<byte[]> producer =
                pulsar.client().newProducer().topic(topic).create()) {
            producer.newMessage().key("a").value("21.5".getBytes(UTF_8)).send();
        }

        try (Consumer<byte[]> consumer = pulsar.client()
                .newConsumer()
                .topic(topic)
                .subscriptionName("audit")
                .subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
                .subscribe()) {
            Message<byte[]> message = consumer.receive(10, TimeUnit.SECONDS);
            assertThat(message).isNotNull();
            assertThat(message.getValue()).asString(UTF_8).isEqualTo("21.5");
            assertThat(message.getIndex()).contains(0L);
            assertThat(message.getBrokerPublishTime()).isPresent();
        }
    }

    @Test
    void givesEachTestATenantOfItsOwn(EmbeddedPulsar pulsar) throws Exception {
        String first = pulsar.newTenant();
        String second = pulsar.newTenant();

        assertThat(first).isNotEqualTo(second);
        assertThat(pulsar.admin().namespaces().getNamespaces(second)).containsExactly(second + "/streams");
    }

    @Test
    void letsAClientOfOneBrokerUseATopicOfAnother(EmbeddedPulsar pulsar) throws Exception {
        String topic = "persistent://" + pulsar.newTenant() + "/streams/readings";
        try (Producer<byte[]> first = pulsar.client().newProducer().topic(topic).create();
                PulsarService neighbour = pulsar.startBroker(settings -> {});
                Producer<byte[]> second =
                        neighbour.getClient().newProducer().topic(topic).create()) {
            first.send("a".getBytes(UTF_8));
            second.send("b".getBytes(UTF_8));

            assertThat(pulsar.admin().topics().getInternalStats(topic).numberOfEntries)
                    .isEqualTo(2);
        }
    }
}
