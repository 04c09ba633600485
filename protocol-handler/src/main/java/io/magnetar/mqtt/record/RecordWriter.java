package io.magnetar.mqtt.record;

import io.magnetar.message.MessageProperties;
import io.magnetar.message.UserProperty;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.StreamOptions;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.record.SessionProgress.DeliveryRecord;
import io.magnetar.mqtt.record.SessionProgress.PartitionProgress;
import io.magnetar.stream.EndPosition;
import io.magnetar.stream.Position;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes records as bytes: a version, then the fields, numbers as groups of seven bits. {@link RecordReader} is its counterpart.
 *
 * <p>Thread: the caller's; used once.
 */
public final class RecordWriter {
    static final int VERSION = 9;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(128);

    private RecordWriter() {
        out.write(VERSION);
    }

    public static byte[] write(SessionDefinition definition) {
        RecordWriter writer = new RecordWriter();
        writer.number(definition.epoch());
        writer.number(definition.expirySeconds());
        writer.number(definition.disconnectedMillis());
        writer.number(definition.subscriptions().size());
        definition.subscriptions().forEach(writer::subscription);
        WillRecord will = definition.will();
        writer.flag(will != null);
        if (will != null) {
            writer.will(will);
        }
        return writer.out.toByteArray();
    }

    /** @param epoch of the session: an earlier one of the client may have left its progress behind */
    public static byte[] write(long epoch, SessionProgress progress) {
        RecordWriter writer = new RecordWriter();
        writer.number(epoch);
        writer.partitions(progress.partitions());
        writer.numbers(progress.releasing());
        writer.number(progress.answeredSequence());
        writer.numbers(progress.received());
        writer.number(progress.inLogs().size());
        progress.inLogs().forEach((packetId, publish) -> {
            writer.number(packetId);
            writer.number(publish.fingerprint());
            writer.number(publish.logs().size());
            publish.logs().forEach(writer::text);
        });
        writer.number(progress.lent().size());
        progress.lent().forEach(writer::lent);
        writer.number(progress.retained().size());
        progress.retained().forEach(writer::retained);
        writer.number(progress.walks().size());
        progress.walks().forEach(writer::walk);
        writer.number(progress.streams().size());
        progress.streams().forEach((filter, stream) -> {
            writer.text(filter);
            writer.number(stream.since());
            writer.partitions(stream.partitions());
            writer.number(stream.sent());
        });
        return writer.out.toByteArray();
    }

    public static byte[] write(GroupRecord group) {
        RecordWriter writer = new RecordWriter();
        writer.number(group.leftMillis());
        writer.number(group.liveUntilMicros());
        writer.partitions(group.partitions());
        return writer.out.toByteArray();
    }

    private void partitions(Map<Integer, PartitionProgress> partitions) {
        number(partitions.size());
        for (Map.Entry<Integer, PartitionProgress> entry : partitions.entrySet()) {
            number(entry.getKey());
            partition(entry.getValue());
        }
    }

    private void lent(LentRecord lent) {
        text(lent.filter());
        number(lent.partition());
        position(lent.position());
        number(lent.packetId());
        flag(lent.retain());
        number(lent.subscriptionId());
    }

    private void retained(RetainedRecord retained) {
        text(retained.topic());
        number(retained.receivedMicros());
        number(retained.qos().value());
        number(retained.packetId());
        number(retained.subscriptionId());
    }

    private void walk(RetainedWalkRecord walk) {
        text(walk.filter());
        text(walk.place());
        number(walk.sinceMicros());
    }

    private void partition(PartitionProgress partition) {
        position(partition.cursor());
        position(partition.examined());
        number(partition.deliveries().size());
        for (DeliveryRecord delivery : partition.deliveries()) {
            position(delivery.position());
            number(delivery.qos().value());
            number(delivery.packetId());
        }
    }

    private void subscription(SubscriptionRecord subscription) {
        Subscribe.Request request = subscription.request();
        text(request.filter());
        number(request.qos().value());
        flag(request.noLocal());
        flag(request.retainAsPublished());
        number(request.retainHandling());
        StreamOptions options = request.stream();
        optional(options.offset());
        optional(options.positions());
        optional(options.waits());
        optional(options.speed());
        optional(options.rate());
        number(subscription.subscriptionId());
        number(subscription.owing().size());
        subscription.owing().forEach(this::owing);
        StreamStart stream = subscription.stream();
        flag(stream != null);
        if (stream != null) {
            streamStart(stream);
        }
    }

    private void owing(Owing stretch) {
        number(stretch.qos().value());
        flag(stretch.noLocal());
        number(stretch.starts().size());
        stretch.starts().forEach(this::position);
        number(stretch.sinceMicros());
        number(stretch.isOpen() ? 0 : stretch.untilMicros());
    }

    private void streamStart(StreamStart stream) {
        number(stream.since());
        number(stream.fromMicros());
        positions(stream.after());
        EndPosition.Fixed end = stream.end();
        flag(end != null);
        if (end != null) {
            number(end.beforeMicros());
            positions(end.through());
        }
    }

    private void positions(Map<Integer, Position> byPartition) {
        number(byPartition.size());
        byPartition.forEach((partition, position) -> {
            number(partition);
            position(position);
        });
    }

    private void will(WillRecord record) {
        Connect.Will will = record.will();
        text(will.topic());
        bytes(will.payload());
        number(will.qos().value());
        flag(will.retain());
        number(will.delaySeconds());
        number(will.expirySeconds());
        properties(will.properties());
        optional(record.username());
        text(record.mark().text());
        number(record.dueMillis());
    }

    private void properties(MessageProperties properties) {
        flag(properties.payloadIsUtf8());
        number(properties.expiresAtMillis());
        optional(properties.contentType());
        optional(properties.responseTopic());
        byte[] correlationData = properties.correlationData();
        flag(correlationData != null);
        if (correlationData != null) {
            bytes(correlationData);
        }
        number(properties.userProperties().size());
        for (UserProperty property : properties.userProperties()) {
            text(property.name());
            text(property.value());
        }
    }

    private void position(Position position) {
        number(position.ledgerId());
        number(position.entryId());
        number(position.batchIndex());
    }

    private void numbers(List<Integer> numbers) {
        number(numbers.size());
        numbers.forEach(this::number);
    }

    /** Small ones, also small negative ones, take few bytes. */
    private void number(long value) {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private void flag(boolean value) {
        out.write(value ? 1 : 0);
    }

    private void optional(@Nullable String value) {
        flag(value != null);
        if (value != null) {
            text(value);
        }
    }

    private void text(String value) {
        bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    private void bytes(byte[] value) {
        number(value.length);
        out.writeBytes(value);
    }
}
