package io.magnetar.sink.kafka;

import io.magnetar.sink.delivery.Outcome;
import io.magnetar.sink.setting.SettingsReading;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Makes Kafka's clients, and knows what their failures mean.
 *
 * <p>Thread: one at a time.
 */
final class KafkaConnection implements AutoCloseable {
    private static final int PROBE_TIMEOUT_MS = 10_000;

    private final Map<String, Object> configuration;
    private final @Nullable TokenSource tokens;
    private @Nullable Producer<byte[], byte[]> producer;
    private int refusals;

    KafkaConnection(SettingsReading reading, String clientId) throws IOException {
        configuration = ProducerConfiguration.producer(reading, clientId);
        tokens = (TokenSource) configuration.get(OAuthLogin.SOURCE);
    }

    /** Of a producer. */
    Map<String, Object> configuration() {
        return configuration;
    }

    /** Without what only a producer knows; a call has the deadline of a delivery. */
    Map<String, Object> common() {
        Map<String, Object> common = new HashMap<>(configuration);
        common.keySet()
                .removeIf(key -> ProducerConfig.configNames().contains(key)
                        && !AdminClientConfig.configNames().contains(key));
        common.put(
                CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG,
                configuration.get(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG));
        return common;
    }

    /** The producer, a new one when there is none. */
    Producer<byte[], byte[]> producer() {
        Producer<byte[], byte[]> open = producer;
        if (open == null) {
            open = new KafkaProducer<>(configuration);
            producer = open;
        }
        return open;
    }

    /** Ends the producer, so that nothing that it still has is sent after what comes next. */
    <T> Outcome<T> failed(Throwable failure) throws InterruptedException {
        close();
        if (failure instanceof InterruptException) {
            // Kafka's has set the thread's flag.
            Thread.interrupted();
            throw new InterruptedException("interrupted while Kafka's client waits");
        }
        refusals = KafkaFailure.isOfLogin(failure) ? refusals + 1 : 0;
        Optional<IOException> token = tokens == null ? Optional.empty() : tokens.failure();
        return KafkaFailure.outcome(failure, token, refusals);
    }

    void worked() {
        refusals = 0;
    }

    /**
     * Asks for the cluster, and for a topic that has to be there, and leaves nothing.
     *
     * @param topic that has to be there, or null
     */
    Outcome<Boolean> probe(@Nullable String topic) throws InterruptedException {
        Admin client = null;
        try {
            client = admin();
            client.describeCluster().clusterId().get();
            if (topic != null) {
                client.describeTopics(List.of(topic)).allTopicNames().get();
            }
            worked();
            return Outcome.delivered(true);
        } catch (ExecutionException e) {
            return failed(e.getCause() == null ? e : e.getCause());
        } catch (KafkaException e) {
            return failed(e);
        } finally {
            if (client != null) {
                client.close(Duration.ZERO);
            }
        }
    }

    private Admin admin() {
        Map<String, Object> admin = common();
        admin.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, PROBE_TIMEOUT_MS / 2);
        admin.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, PROBE_TIMEOUT_MS);
        return Admin.create(admin);
    }

    /** How many partitions a topic has now, 0 when there is none of that name; empty when Kafka does not say. */
    OptionalInt partitions(String topic) throws InterruptedException {
        Admin client = admin();
        try {
            Collection<TopicDescription> found =
                    client.describeTopics(List.of(topic)).allTopicNames().get().values();
            return OptionalInt.of(found.iterator().next().partitions().size());
        } catch (ExecutionException e) {
            return e.getCause() instanceof UnknownTopicOrPartitionException ? OptionalInt.of(0) : OptionalInt.empty();
        } finally {
            client.close(Duration.ZERO);
        }
    }

    @Override
    public void close() {
        Producer<byte[], byte[]> open = producer;
        producer = null;
        if (open != null) {
            open.close(Duration.ZERO);
        }
    }
}
