package io.magnetar.sink.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * The claims of an instance to the Pulsar partitions that it writes to Kafka exactly once. Each has a producer of its own,
 * whose transactional identifier is made of the sink's name and the partition.
 *
 * <p>Thread: one at a time.
 */
final class Transactions implements AutoCloseable {
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration MORE = Duration.ofSeconds(30);

    private final Map<String, Object> configuration;
    private final PositionLog positions;
    private final String sink;
    private final Targets targets;
    private final Map<String, Claim> claims = new HashMap<>();

    /**
     * @param deliveryTimeout how long Kafka's client tries by itself; Kafka gives a transaction up later than the client
     *     does, so that what looks like a successor is one
     */
    Transactions(
            Map<String, Object> configuration,
            PositionLog positions,
            String sink,
            Targets targets,
            Duration deliveryTimeout) {
        this.configuration = new HashMap<>(configuration);
        Duration timeout = deliveryTimeout.plus(MORE);
        this.configuration.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int)
                (timeout.compareTo(SHORTEST) < 0 ? SHORTEST : timeout).toMillis());
        this.positions = positions;
        this.sink = sink;
        this.targets = targets;
    }

    /** To a Pulsar partition. */
    Claim claim(String pulsarTopic) throws InterruptedException {
        Claim known = claims.get(pulsarTopic);
        if (known != null && !known.isBroken()) {
            return known;
        }
        positions.make();
        if (known != null) {
            known.close();
        }
        Map<String, Object> own = new HashMap<>(configuration);
        own.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId(sink, pulsarTopic));
        Claim made = new Claim(new KafkaProducer<>(own), positions, pulsarTopic, targets);
        claims.put(pulsarTopic, made);
        return made;
    }

    static String transactionalId(String sink, String pulsarTopic) {
        return sink + " " + pulsarTopic;
    }

    @Override
    public void close() {
        claims.values().forEach(Claim::close);
        claims.clear();
    }
}
