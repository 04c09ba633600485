package io.magnetar.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.sink.delivery.BadRecord;
import io.magnetar.sink.kafka.KafkaSettings.Properties;
import io.magnetar.sink.message.StreamMessage;
import io.magnetar.sink.template.Field;
import io.magnetar.sink.template.Template;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes a record of a message.
 *
 * <p>Thread: one at a time.
 */
record RecordTemplate(
        Template topic,
        Optional<Template> key,
        ValueTemplate value,
        Optional<Template> partition,
        List<Field> headers,
        Properties properties) {
    private static final long MICROS_PER_MILLI = 1_000;
    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");
    private static final Pattern PARTITION = Pattern.compile("\\d{1,9}");

    ProducerRecord<byte[], byte[]> of(StreamMessage message) throws BadRecord {
        String name = text("topic", topic, message);
        if (!TOPIC.matcher(name).matches() || name.equals(".") || name.equals("..")) {
            throw new BadRecord("topic: what the template gives is no name of a Kafka topic; they have up to 249 of"
                    + " a-z, A-Z, 0-9, '.', '_' and '-'");
        }
        ProducerRecord<byte[], byte[]> produced =
                new ProducerRecord<>(name, partition(message), time(message), key(message), value(message));
        Map<String, String> copied = switch (properties) {
            case NONE -> Map.of();
            case USER -> message.userProperties();
            case ALL -> message.properties();
        };
        copied.forEach((header, text) -> produced.headers().add(header, text.getBytes(UTF_8)));
        for (Field header : headers) {
            Optional<String> text = header.text(message);
            if (text.isPresent()) {
                produced.headers().add(header.name(), text.get().getBytes(UTF_8));
            }
        }
        return produced;
    }

    private byte @Nullable [] value(StreamMessage message) throws BadRecord {
        if (value.isTombstone(message)) {
            return null;
        }
        Template own = value.template();
        return own == null ? message.payload() : text("value", own, message).getBytes(UTF_8);
    }

    private byte @Nullable [] key(StreamMessage message) throws BadRecord {
        if (key.isPresent()) {
            return text("key", key.get(), message).getBytes(UTF_8);
        }
        return message.key().map(own -> own.getBytes(UTF_8)).orElse(null);
    }

    private @Nullable Integer partition(StreamMessage message) throws BadRecord {
        if (partition.isEmpty()) {
            return null;
        }
        String number = text("partition", partition.get(), message);
        if (!PARTITION.matcher(number).matches()) {
            throw new BadRecord("partition: what the template gives is no number from 0");
        }
        return Integer.valueOf(number);
    }

    /** Kafka takes no times before 1970. */
    private static @Nullable Long time(StreamMessage message) {
        long micros = message.timestampMicros();
        return micros < 0 ? null : micros / MICROS_PER_MILLI;
    }

    private static String text(String what, Template template, StreamMessage message) throws BadRecord {
        return template.render(message)
                .orElseThrow(() -> new BadRecord(what + ": the message has no value for " + template));
    }
}
