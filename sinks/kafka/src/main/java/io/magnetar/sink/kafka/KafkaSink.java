package io.magnetar.sink.kafka;

import io.magnetar.sink.delivery.Backoff;
import io.magnetar.sink.delivery.BadRecord;
import io.magnetar.sink.delivery.BadRecords;
import io.magnetar.sink.delivery.Batcher;
import io.magnetar.sink.delivery.LastBatch;
import io.magnetar.sink.delivery.Outcome;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.delivery.Retry;
import io.magnetar.sink.message.StreamMessage;
import io.magnetar.sink.setting.SettingsReading;
import io.magnetar.sink.start.SinkMetrics;
import io.magnetar.sink.start.SinkRequirements;
import io.magnetar.sink.start.TestMode;
import io.magnetar.sink.template.Template;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.pulsar.functions.api.Record;
import org.apache.pulsar.io.core.Sink;
import org.apache.pulsar.io.core.SinkContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Produces messages to Kafka. A message is acknowledged when all replicas that are in step have its record; after a restart
 * some are produced again.
 *
 * <p>Thread: Pulsar's, one at a time; Kafka's producer is used by the batcher's.
 */
public final class KafkaSink implements Sink<byte[]> {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaSink.class);

    private @Nullable State state;
    private @Nullable TestMode testMode;

    /** What a running sink has. */
    private record State(
            RecordTemplate template,
            Batcher<KafkaBatch.Item> batcher,
            Retry retry,
            BadRecords badRecords,
            Delivery delivery) {}

    @Override
    public void open(Map<String, Object> config, SinkContext context) throws Exception {
        SettingsReading reading = new SettingsReading(KafkaSettings.SETTINGS, config, context::getSecret);
        SinkRequirements.requireOrder(context, reading);
        SinkRequirements.requireAcknowledgementBySink(context, reading);
        KafkaSettings.validate(reading);
        reading.check();
        String name = context.getTenant() + "/" + context.getNamespace() + "/" + context.getSinkName();
        KafkaConnection connection = new KafkaConnection(reading, name + "-" + context.getInstanceId());
        boolean test = reading.get(TestMode.TEST);
        probe(connection, test, reading.get(KafkaSettings.TOPIC));
        if (test) {
            LOG.info("Kafka is there and takes the login; nothing was produced");
            testMode = new TestMode();
            return;
        }
        SinkMetrics metrics = new SinkMetrics(context);
        Retry retry = new Retry(Backoff.usual(), metrics);
        BadRecords badRecords = BadRecords.of(reading, context, metrics);
        Delivery delivery = delivery(reading, name, connection, new Settling(retry, badRecords, metrics));
        Batcher<KafkaBatch.Item> batcher = new Batcher<>(
                "kafka-" + context.getSinkName() + "-" + context.getInstanceId(),
                KafkaSettings.limits(reading),
                items -> write(delivery, items, context, metrics));
        state = new State(KafkaSettings.template(reading), batcher, retry, badRecords, delivery);
    }

    private static Delivery delivery(
            SettingsReading reading, String name, KafkaConnection connection, Settling settling) {
        Targets targets =
                new Targets(connection, !reading.get(KafkaSettings.TOPIC).isConstant());
        if (!reading.get(KafkaSettings.EXACTLY_ONCE)) {
            return new KafkaBatch(connection, settling.retry(), settling, targets);
        }
        Duration timeout = reading.get(KafkaSettings.DELIVERY_TIMEOUT);
        PositionLog positions =
                new PositionLog(connection.common(), reading.get(KafkaSettings.POSITIONS_TOPIC), name, timeout);
        Transactions transactions = new Transactions(connection.configuration(), positions, name, targets, timeout);
        return new ExactlyOnceBatch(transactions, connection, settling.retry(), settling);
    }

    private static void write(Delivery delivery, List<KafkaBatch.Item> items, SinkContext context, SinkMetrics metrics)
            throws PermanentFailure, InterruptedException {
        long begin = System.nanoTime();
        try {
            delivery.write(items);
            metrics.count(SinkMetrics.Counter.FLUSH_MILLIS, (System.nanoTime() - begin) / 1e6);
        } catch (PermanentFailure | RuntimeException e) {
            // Ends the instance now, also when no further record comes; its log has the reason.
            context.fatal(e);
            throw e;
        }
    }

    /** A cluster that is away will come back, and records wait for it; one that refuses us will not change its mind by itself. */
    private static void probe(KafkaConnection connection, boolean test, Template topic)
            throws PermanentFailure, InterruptedException {
        String needed = test && topic.isConstant() ? topic.toString() : null;
        Outcome<Boolean> outcome = connection.probe(needed);
        for (int more = 1; more < KafkaFailure.LOGIN_ATTEMPTS && outcome instanceof Outcome.Retriable; more++) {
            outcome = connection.probe(needed);
        }
        if (outcome instanceof Outcome.Permanent<Boolean> permanent) {
            throw new PermanentFailure(permanent.reason());
        } else if (outcome instanceof Outcome.Retriable<Boolean> away) {
            if (test) {
                throw new PermanentFailure(away.reason());
            }
            LOG.warn("Starting all the same: {}", away.reason());
        }
    }

    @Override
    public void write(Record<byte[]> record) throws Exception {
        if (testMode != null) {
            testMode.hold();
        }
        State running = Objects.requireNonNull(state, "not open");
        StreamMessage message = new StreamMessage(record);
        try {
            ProducerRecord<byte[], byte[]> produced = running.template().of(message);
            long bytes = (long) length(produced.key()) + length(produced.value());
            running.batcher().add(new KafkaBatch.Item(message, produced, bytes), bytes);
        } catch (BadRecord e) {
            running.badRecords().settle(message, e.reason());
        }
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    @Override
    public void close() throws Exception {
        if (testMode != null) {
            testMode.close();
        }
        State running = state;
        if (running != null) {
            LastBatch.finish(running.retry(), running.batcher(), running.badRecords(), running.delivery());
        }
    }
}
