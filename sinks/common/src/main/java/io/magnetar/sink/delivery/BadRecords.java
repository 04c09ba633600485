package io.magnetar.sink.delivery;

import io.magnetar.sink.message.StreamMessage;
import io.magnetar.sink.setting.Setting;
import io.magnetar.sink.setting.Settings;
import io.magnetar.sink.setting.SettingsReading;
import io.magnetar.sink.setting.ValueTypes;
import io.magnetar.sink.start.SinkMetrics;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.TypedMessageBuilder;
import org.apache.pulsar.io.core.SinkContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where records go that a destination will never take.
 *
 * <p>Thread: any.
 */
public final class BadRecords implements AutoCloseable {
    public static final Setting<OnBadRecord> ON_BAD_RECORD = Setting.preset(
            "onBadRecord",
            ValueTypes.choice(OnBadRecord.class),
            OnBadRecord.FAIL,
            "what happens to a record that the destination will never take: the sink fails and says why, the record goes to"
                    + " `deadLetterTopic`, or it is skipped and counted");

    public static final Setting<String> DEAD_LETTER_TOPIC = Setting.optional(
            "deadLetterTopic",
            ValueTypes.TEXT,
            "Pulsar topic for bad records: the same key, payload and properties, and `magnetar.reason`, `magnetar.sink`,"
                    + " `magnetar.source-topic`, `magnetar.position`");

    public static final Settings SETTINGS = Settings.of(ON_BAD_RECORD, DEAD_LETTER_TOPIC);

    private static final Logger LOG = LoggerFactory.getLogger(BadRecords.class);
    private static final int LOGGED = 10;

    private final SinkContext context;
    private final SinkMetrics metrics;
    private final OnBadRecord action;
    private final @Nullable String deadLetterTopic;
    private @Nullable Producer<byte[]> producer;
    private int logged;

    private BadRecords(SinkContext context, SinkMetrics metrics, OnBadRecord action, @Nullable String deadLetterTopic) {
        this.context = context;
        this.metrics = metrics;
        this.action = action;
        this.deadLetterTopic = deadLetterTopic;
    }

    /** Checks that the settings go together; {@link SettingsReading#check()} throws when they do not. */
    public static void validate(SettingsReading reading) {
        boolean deadLetter = reading.find(ON_BAD_RECORD).orElse(OnBadRecord.FAIL) == OnBadRecord.DEAD_LETTER;
        if (deadLetter) {
            reading.require(DEAD_LETTER_TOPIC, "with onBadRecord: dead-letter");
        } else if (reading.has(DEAD_LETTER_TOPIC) && !reading.isInvalid(ON_BAD_RECORD)) {
            reading.refuse(DEAD_LETTER_TOPIC, "it has an effect only with onBadRecord: dead-letter");
        }
    }

    public static BadRecords of(SettingsReading reading, SinkContext context, SinkMetrics metrics) {
        return new BadRecords(
                context,
                metrics,
                reading.get(ON_BAD_RECORD),
                reading.find(DEAD_LETTER_TOPIC).orElse(null));
    }

    /**
     * Settles a bad record, and acknowledges it once it is safe in the dead-letter topic.
     *
     * @throws PermanentFailure when the sink is to fail
     * @throws PulsarClientException when the dead-letter topic does not take it; the record is not acknowledged
     */
    public void settle(StreamMessage message, String reason) throws PermanentFailure, PulsarClientException {
        setAside(message, reason);
        message.record().ack();
    }

    /** As {@link #settle}, for a sink whose acknowledgements cover all earlier records: the record waits for its turn. */
    public void setAside(StreamMessage message, String reason) throws PermanentFailure, PulsarClientException {
        switch (action) {
            case FAIL ->
                throw new PermanentFailure("bad record at " + message.position() + " of "
                        + message.pulsarTopic().name() + ": " + reason
                        + " (onBadRecord: dead-letter or skip lets the others pass)");
            case DEAD_LETTER -> {
                sendDeadLetter(message, reason);
                metrics.count(SinkMetrics.Counter.DEAD_LETTERS, 1);
            }
            case SKIP -> metrics.count(SinkMetrics.Counter.SKIPPED, 1);
        }
        log(message, reason);
    }

    private void sendDeadLetter(StreamMessage message, String reason) throws PulsarClientException {
        Map<String, String> properties = new HashMap<>(message.properties());
        properties.put("magnetar.reason", reason);
        properties.put(
                "magnetar.sink", context.getTenant() + "/" + context.getNamespace() + "/" + context.getSinkName());
        properties.put("magnetar.source-topic", message.pulsarTopic().name());
        properties.put("magnetar.position", message.position().toString());
        TypedMessageBuilder<byte[]> letter =
                producer().newMessage().properties(properties).value(message.payload());
        message.key().ifPresent(letter::key);
        letter.send();
    }

    /** Made when it is first needed. */
    private synchronized Producer<byte[]> producer() throws PulsarClientException {
        Producer<byte[]> open = producer;
        if (open == null) {
            open = context.getPulsarClient()
                    .newProducer()
                    .topic(Objects.requireNonNull(deadLetterTopic))
                    .create();
            producer = open;
        }
        return open;
    }

    @Override
    public synchronized void close() throws PulsarClientException {
        if (producer != null) {
            producer.close();
        }
    }

    private synchronized void log(StreamMessage message, String reason) {
        if (logged < LOGGED) {
            logged++;
            LOG.warn(
                    "Bad record at {} of {}: {}{}",
                    message.position(),
                    message.pulsarTopic().name(),
                    reason,
                    logged == LOGGED ? "; further ones are only counted" : "");
        }
    }
}
