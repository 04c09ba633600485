package io.magnetar.sink.kafka;

import io.magnetar.sink.message.Position;
import java.io.Serial;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Writes the messages of each Pulsar partition exactly once. Each has a producer of its own, whose transactional identifier
 * is made of the sink's name and the partition: when another instance takes the partition over, its producer fences off
 * the one before, whose open transaction is undone. Then the last position is read, and what lies up to it is in Kafka.
 *
 * <p>Thread: one at a time.
 */
final class Transactions implements AutoCloseable {
    private final Map<String, Object> configuration;
    private final PositionLog positions;
    private final String sink;
    private final Map<String, Channel> channels = new HashMap<>();

    /** The producer of a partition, and up to where its messages are in Kafka. */
    private static final class Channel {
        final Producer<byte[], byte[]> producer;

        @Nullable
        Position done;

        Channel(Producer<byte[], byte[]> producer) {
            this.producer = producer;
        }
    }

    Transactions(Map<String, Object> configuration, PositionLog positions, String sink) {
        this.configuration = configuration;
        this.positions = positions;
        this.sink = sink;
    }

    /** Up to where the messages of a partition are in Kafka; null when none is. */
    @Nullable
    Position done(String pulsarTopic) throws InterruptedException {
        return channel(pulsarTopic).done;
    }

    /** Kafka will never take one of the records; nothing of the transaction is there. */
    static final class RefusedException extends Exception {
        @Serial
        private static final long serialVersionUID = 1;

        RefusedException(Throwable reason) {
            super(KafkaFailure.reason(reason), null, false, false);
        }
    }

    /** Writes records and their last position, all of them or none. */
    void write(String pulsarTopic, List<ProducerRecord<byte[], byte[]>> records, Position last)
            throws InterruptedException, RefusedException {
        Channel channel = channel(pulsarTopic);
        // Which record it was cannot be told: Kafka's client gives the reason to all that it aborts for it.
        AtomicReference<@Nullable Exception> refusal = new AtomicReference<>();
        try {
            channel.producer.beginTransaction();
            for (ProducerRecord<byte[], byte[]> record : records) {
                send(channel.producer, record, refusal);
            }
            send(channel.producer, positions.record(pulsarTopic, last), refusal);
            channel.producer.commitTransaction();
        } catch (KafkaException e) {
            Exception refused = refusal.get();
            if (refused != null) {
                throw new RefusedException(refused);
            }
            throw e;
        }
        channel.done = last;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the callback hears of it, and the commit fails
    private static void send(
            Producer<byte[], byte[]> producer,
            ProducerRecord<byte[], byte[]> record,
            AtomicReference<@Nullable Exception> refusal) {
        producer.send(record, (metadata, failure) -> {
            if (failure != null && KafkaFailure.isOfRecord(failure)) {
                refusal.set(failure);
            }
        });
    }

    private Channel channel(String pulsarTopic) throws InterruptedException {
        Channel known = channels.get(pulsarTopic);
        if (known != null) {
            return known;
        }
        positions.make();
        Map<String, Object> own = new HashMap<>(configuration);
        own.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, sink + " " + pulsarTopic);
        Channel made = new Channel(new KafkaProducer<>(own));
        try {
            made.producer.initTransactions();
            made.done = positions.read(pulsarTopic);
        } catch (KafkaException e) {
            made.producer.close(Duration.ZERO);
            throw e;
        }
        channels.put(pulsarTopic, made);
        return made;
    }

    /** Forgets all producers: whether their last transactions were committed is found out anew. */
    @Override
    public void close() {
        channels.values().forEach(channel -> channel.producer.close(Duration.ZERO));
        channels.clear();
    }
}
