package io.magnetar.it.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import io.magnetar.mqtt.owned.UnloadedTopics;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.broker.service.BrokerService;
import org.apache.pulsar.broker.service.persistent.PersistentTopic;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.Reader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PulsarExtension.class)
class UnloadedTopicsTest {
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void stopScheduler() {
        scheduler.shutdownNow();
    }

    @Test
    void areReadOnByAReaderThatSubscribesWhileTheyAreClosed(EmbeddedPulsar pulsar) throws Exception {
        BrokerService broker = pulsar.broker().getBrokerService();
        UnloadedTopics unloaded = new UnloadedTopics(broker, scheduler);
        broker.addTopicEventListener(unloaded);
        String name = "persistent://" + pulsar.newTenant() + "/streams/unloaded";
        pulsar.admin().topics().createNonPartitionedTopic(name);
        try (Producer<byte[]> producer =
                pulsar.client().newProducer().topic(name).create()) {
            CompletableFuture<Reader<byte[]>> opened = openWhileTheTopicIsClosed(pulsar, name);

            try (Reader<byte[]> reader = opened.get(1, TimeUnit.MINUTES)) {
                producer.send("later".getBytes(UTF_8));
                Message<byte[]> message = reader.readNext(1, TimeUnit.MINUTES);

                assertThat(message).as("what was sent after the unload").isNotNull();
                assertThat(message.getValue()).asString().isEqualTo("later");
            }
        } finally {
            broker.removeTopicEventListener(unloaded);
        }
    }

    /**
     * The reader is past the broker's question whether the topic is open when it is closed, and is not among its consumers yet.
     *
     * <p>A monitor goes to those who waited for it when it was last given, before later ones: to the reader, then to the close.
     */
    private static CompletableFuture<Reader<byte[]>> openWhileTheTopicIsClosed(EmbeddedPulsar pulsar, String name) {
        PersistentTopic topic = (PersistentTopic)
                pulsar.broker().getBrokerService().getTopicReference(name).orElseThrow();
        Thread closing = new Thread(() -> topic.close().join());
        Thread closer = new Thread(() -> {
            synchronized (topic.getManagedLedger()) {
                closing.start();
                await().until(() -> closing.getState() == Thread.State.BLOCKED);
            }
        });
        synchronized (topic.getManagedLedger()) {
            long users = topic.currentUsageCount();
            CompletableFuture<Reader<byte[]>> opened = pulsar.client()
                    .newReader()
                    .topic(name)
                    .startMessageId(MessageId.earliest)
                    .createAsync();
            await().until(() -> topic.currentUsageCount() > users);
            closer.start();
            await().until(() -> closer.getState() == Thread.State.BLOCKED);
            return opened;
        }
    }
}
