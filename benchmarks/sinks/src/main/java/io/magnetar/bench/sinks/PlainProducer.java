package io.magnetar.bench.sinks;

import io.magnetar.bench.sinks.Readings.Reading;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Kafka's own producer with what is there already, and the sink's settings. Thread: the benchmark's. */
final class PlainProducer implements Writing {
    private final Readings readings;
    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;

    PlainProducer(Readings readings, String servers, String topic, String compression) {
        this.readings = readings;
        this.topic = topic;
        Map<String, Object> configuration = new HashMap<>();
        configuration.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
        configuration.put(ProducerConfig.ACKS_CONFIG, "all");
        configuration.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        configuration.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, compression);
        configuration.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
        configuration.put(ProducerConfig.LINGER_MS_CONFIG, 1);
        producer = new KafkaProducer<>(configuration, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void write(long rows) throws IOException {
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        for (long i = 0; i < rows; i++) {
            Reading reading = readings.get(i);
            ProducerRecord<byte[], byte[]> record =
                    new ProducerRecord<>(topic, reading.device().getBytes(StandardCharsets.UTF_8), reading.payload());
            var unused = producer.send(record, (metadata, e) -> {
                if (e != null) {
                    failure.set(e);
                }
            });
        }
        producer.flush();
        if (failure.get() != null) {
            throw new IOException("a record was not produced", failure.get());
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
