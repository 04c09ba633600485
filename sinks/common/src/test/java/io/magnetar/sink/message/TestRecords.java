package io.magnetar.sink.message;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.impl.BatchMessageIdImpl;
import org.apache.pulsar.client.impl.MessageImpl;
import org.apache.pulsar.common.api.proto.MessageMetadata;
import org.apache.pulsar.functions.api.Record;

/** Records with real Pulsar messages in them. */
public final class TestRecords {
    public static final String TOPIC = "persistent://fleet/streams/readings-partition-3";

    private TestRecords() {}

    /** A record that counts how often it is acknowledged. */
    public static final class TestRecord implements Record<byte[]> {
        private final Message<byte[]> message;
        public final AtomicInteger acknowledged = new AtomicInteger();

        TestRecord(Message<byte[]> message) {
            this.message = message;
        }

        @Override
        public byte[] getValue() {
            return message.getValue();
        }

        @Override
        public Optional<String> getTopicName() {
            return Optional.of(TOPIC);
        }

        @Override
        public Optional<Message<byte[]>> getMessage() {
            return Optional.of(message);
        }

        @Override
        public void ack() {
            acknowledged.incrementAndGet();
        }
    }

    public static TestRecord record(String key, String payload, Map<String, String> properties, Position position) {
        return record(key, payload.getBytes(UTF_8), properties, position);
    }

    public static TestRecord record(String key, byte[] payload, Map<String, String> properties, Position position) {
        MessageMetadata metadata = new MessageMetadata().setPublishTime(1_000).setPartitionKey(key);
        properties.forEach((name, value) -> metadata.addProperty().setKey(name).setValue(value));
        MessageImpl<byte[]> message = MessageImpl.create(metadata, ByteBuffer.wrap(payload), Schema.BYTES, TOPIC);
        message.setMessageId(
                new BatchMessageIdImpl(position.ledgerId(), position.entryId(), 3, position.batchIndex(), 1_000, null));
        return new TestRecord(message);
    }

    /** A tombstone: what an API producer sends with a key and the value null. */
    public static StreamMessage tombstone(String key) {
        MessageMetadata metadata =
                new MessageMetadata().setPublishTime(1_000).setPartitionKey(key).setNullValue(true);
        MessageImpl<byte[]> message = MessageImpl.create(metadata, ByteBuffer.allocate(0), Schema.BYTES, TOPIC);
        message.setMessageId(new BatchMessageIdImpl(1, 2, 3, 0, 1, null));
        return new StreamMessage(new TestRecord(message));
    }

    /** A reading as the broker stores it. */
    public static StreamMessage reading(String payload) {
        return new StreamMessage(record(
                "s1",
                payload,
                Map.of(
                        "mqtt.topic",
                        "sensors/s1/readings",
                        "mqtt.ts",
                        "1700000000123456",
                        "mqtt.qos",
                        "1",
                        "mqtt.client-id",
                        "station-1",
                        "unit",
                        "C"),
                new Position(12, 34, 5)));
    }
}
