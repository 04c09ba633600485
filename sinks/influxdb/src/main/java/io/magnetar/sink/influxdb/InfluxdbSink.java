package io.magnetar.sink.influxdb;

import io.magnetar.sink.delivery.Backoff;
import io.magnetar.sink.delivery.BadRecord;
import io.magnetar.sink.delivery.BadRecords;
import io.magnetar.sink.delivery.Batcher;
import io.magnetar.sink.delivery.LastBatch;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.delivery.Retry;
import io.magnetar.sink.influxdb.WriteAnswer.Unavailable;
import io.magnetar.sink.message.StreamMessage;
import io.magnetar.sink.setting.SettingsReading;
import io.magnetar.sink.start.SinkMetrics;
import io.magnetar.sink.start.SinkRequirements;
import io.magnetar.sink.start.TestMode;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.pulsar.functions.api.Record;
import org.apache.pulsar.io.core.Sink;
import org.apache.pulsar.io.core.SinkContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes messages as points. A message is acknowledged when the server has all of its lines; after a restart some are
 * written again, which InfluxDB takes for the same points, as their times are the messages' own.
 *
 * <p>Thread: Pulsar's, one at a time; requests are made by the batcher's own.
 */
public final class InfluxdbSink implements Sink<byte[]> {
    private static final Logger LOG = LoggerFactory.getLogger(InfluxdbSink.class);

    private @Nullable State state;
    private @Nullable TestMode testMode;

    /** What a running sink has. */
    private record State(Lines lines, Batcher<PointBatch.Item> batcher, Retry retry, BadRecords badRecords) {}

    @Override
    public void open(Map<String, Object> config, SinkContext context) throws Exception {
        SettingsReading reading = new SettingsReading(InfluxdbSettings.SETTINGS, config, context::getSecret);
        SinkRequirements.requireOrder(context, reading);
        SinkRequirements.requireAcknowledgementBySink(context, reading);
        InfluxdbSettings.validate(reading);
        reading.check();
        LineClient client = client(reading);
        boolean test = reading.get(TestMode.TEST);
        probe(client, test);
        if (test) {
            LOG.info("The server is there and takes the credentials; nothing was written");
            testMode = new TestMode();
            return;
        }
        SinkMetrics metrics = new SinkMetrics(context);
        Retry retry = new Retry(Backoff.usual(), metrics);
        BadRecords badRecords = BadRecords.of(reading, context, metrics);
        PointBatch batch = new PointBatch(client, retry, badRecords, metrics, reading.get(InfluxdbSettings.MAX_POINTS));
        Batcher<PointBatch.Item> batcher = new Batcher<>(
                "influxdb-" + context.getSinkName() + "-" + context.getInstanceId(),
                InfluxdbSettings.limits(reading),
                items -> write(batch, items, context));
        state = new State(
                PointSettings.lines(
                        reading, reading.get(InfluxdbSettings.PRESET).api()),
                batcher,
                retry,
                badRecords);
    }

    private static void write(PointBatch batch, List<PointBatch.Item> items, SinkContext context)
            throws PermanentFailure, InterruptedException {
        try {
            batch.write(items);
        } catch (PermanentFailure | RuntimeException e) {
            // Ends the instance now, also when no further record comes; its log has the reason.
            context.fatal(e);
            throw e;
        }
    }

    private static LineClient client(SettingsReading reading) throws Exception {
        Duration timeout = reading.get(InfluxdbSettings.TIMEOUT);
        HttpClient.Builder http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(timeout);
        Optional<String> authorities = reading.find(InfluxdbSettings.CA_FILE);
        if (authorities.isPresent()) {
            http.sslContext(Authorities.context(Path.of(authorities.get())));
        }
        return new LineClient(
                http.build(), InfluxdbSettings.target(reading), reading.get(InfluxdbSettings.GZIP), timeout);
    }

    /** A server that is away will come back, and records wait for it; one that refuses us will not change its mind by itself. */
    private static void probe(LineClient client, boolean test) throws PermanentFailure, InterruptedException {
        if (client.probe() instanceof Unavailable unavailable) {
            if (unavailable.misconfigured() || test) {
                throw new PermanentFailure(unavailable.reason());
            }
            LOG.warn("Starting all the same: {}", unavailable.reason());
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
            List<String> lines = running.lines().of(message);
            long bytes = message.payload().length;
            for (String line : lines) {
                bytes += line.length();
            }
            running.batcher().add(new PointBatch.Item(message, lines), bytes);
        } catch (BadRecord e) {
            running.badRecords().settle(message, e.reason());
        }
    }

    @Override
    public void close() throws Exception {
        if (testMode != null) {
            testMode.close();
        }
        State running = state;
        if (running != null) {
            LastBatch.finish(running.retry(), running.batcher(), running.badRecords());
        }
    }
}
