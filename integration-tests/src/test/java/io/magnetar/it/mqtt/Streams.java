package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;

/** Streams of the namespace {@code public} as an admin and a data engineer handle them: with Pulsar's own API. */
public final class Streams {
    private Streams() {}

    /** Creates a stream and returns when {@code broker} has it. */
    public static void create(EmbeddedPulsar pulsar, MqttBroker broker, String name, String filter, int partitions)
            throws PulsarAdminException {
        create(pulsar, name, partitions, Map.of("mqtt.filter", filter));
        broker.status().awaitStream(name);
    }

    /** Creates a partitioned topic with properties where streams live. */
    static void create(EmbeddedPulsar pulsar, String name, int partitions, Map<String, String> properties)
            throws PulsarAdminException {
        pulsar.admin().topics().createPartitionedTopic(pulsarTopic(name), partitions, new HashMap<>(properties));
    }

    static String pulsarTopic(String name) {
        return "persistent://public/streams/" + name;
    }

    /**
     * All messages that a stream keeps now, as a Pulsar consumer gets them; fails unless there are exactly that many.
     */
    static List<Message<byte[]>> consume(EmbeddedPulsar pulsar, String name, int messages)
            throws PulsarClientException {
        List<Message<byte[]>> consumed = new ArrayList<>();
        try (Consumer<byte[]> consumer = pulsar.client()
                .newConsumer()
                .topic(pulsarTopic(name))
                .subscriptionName("audit")
                .subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
                .subscribe()) {
            while (consumed.size() < messages) {
                Message<byte[]> message = consumer.receive(20, TimeUnit.SECONDS);
                if (message == null) {
                    throw new AssertionError("only " + consumed.size() + " of " + messages + " messages are there");
                }
                consumed.add(message);
            }
            if (consumer.receive(200, TimeUnit.MILLISECONDS) != null) {
                throw new AssertionError("there are more than " + messages + " messages");
            }
            consumer.unsubscribe();
        }
        return consumed;
    }

    static String text(Message<byte[]> message) {
        return new String(message.getValue(), UTF_8);
    }
}
