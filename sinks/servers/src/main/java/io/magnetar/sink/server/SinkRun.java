package io.magnetar.sink.server;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.client.impl.MessageIdImpl;
import org.apache.pulsar.client.impl.MessageImpl;
import org.apache.pulsar.common.api.proto.MessageMetadata;
import org.apache.pulsar.functions.api.Record;
import org.apache.pulsar.io.core.Sink;
import org.apache.pulsar.io.core.SinkContext;
import org.jspecify.annotations.Nullable;

/**
 * A sink in this JVM, with real Pulsar messages and without a Pulsar, for tests of what lies between a sink and its server.
 *
 * <p>Thread: the test's.
 */
public final class SinkRun implements AutoCloseable {
    private static final String STREAM = "persistent://fleet/streams/readings-partition-";

    private final Sink<byte[]> sink;
    private final List<TestRecord> records = new CopyOnWriteArrayList<>();
    private final DeadLetters deadLetters = new DeadLetters();
    private final Map<String, Double> metrics = new ConcurrentHashMap<>();
    private final AtomicInteger entry = new AtomicInteger();
    private volatile @Nullable Throwable fatal;

    /** What a sink sent to another topic. */
    public record DeadLetter(String topic, String payload, Map<String, String> properties) {}

    /** A record that knows whether it was acknowledged. */
    public static final class TestRecord implements Record<byte[]> {
        private final Message<byte[]> message;
        private final String topic;
        private volatile int acknowledged;

        private TestRecord(Message<byte[]> message, String topic) {
            this.message = message;
            this.topic = topic;
        }

        @Override
        public byte[] getValue() {
            return message.getValue();
        }

        @Override
        public Optional<String> getTopicName() {
            return Optional.of(topic);
        }

        @Override
        public Optional<Message<byte[]>> getMessage() {
            return Optional.of(message);
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // a record is acknowledged by one thread
        public void ack() {
            acknowledged++;
        }

        public boolean isAcknowledged() {
            return acknowledged > 0;
        }
    }

    /** Opens the sink. */
    public SinkRun(Sink<byte[]> sink, Map<String, Object> configuration) throws Exception {
        this.sink = sink;
        sink.open(configuration, context());
    }

    private SinkContext context() {
        InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
            case "getTenant" -> "fleet";
            case "getNamespace" -> "streams";
            case "getSinkName" -> "flow";
            case "getInstanceId" -> 0;
            case "getSubscriptionType" -> SubscriptionType.Failover;
            case "getSecret", "getSinkConfig" -> null;
            case "recordMetric" -> metrics.merge((String) arguments[0], (Double) arguments[1], Double::sum);
            case "getPulsarClient" -> deadLetters.client();
            case "fatal" -> {
                fatal = (Throwable) arguments[0];
                yield null;
            }
            default -> throw new UnsupportedOperationException(method.getName());
        };
        return (SinkContext)
                Proxy.newProxyInstance(SinkContext.class.getClassLoader(), new Class<?>[] {SinkContext.class}, handler);
    }

    /** Writes one message of partition 0, as MQTT messages are in Pulsar; without a key, or without a value, where it is null. */
    public TestRecord write(@Nullable String key, @Nullable String payload, Map<String, String> properties)
            throws Exception {
        return write(0, entry.getAndIncrement(), key, payload, properties);
    }

    /** Writes a message with a position of the test's choice, which may be one that was written before. */
    public TestRecord write(
            int partition, long entryId, @Nullable String key, @Nullable String payload, Map<String, String> properties)
            throws Exception {
        MessageMetadata metadata = new MessageMetadata().setPublishTime(1_000);
        if (key != null) {
            metadata.setPartitionKey(key);
        }
        if (payload == null) {
            metadata.setNullValue(true);
        }
        properties.forEach((name, value) -> metadata.addProperty().setKey(name).setValue(value));
        String topic = STREAM + partition;
        MessageImpl<byte[]> message = MessageImpl.create(
                metadata,
                ByteBuffer.wrap(payload == null ? new byte[0] : payload.getBytes(StandardCharsets.UTF_8)),
                Schema.BYTES,
                topic);
        message.setMessageId(new MessageIdImpl(1, entryId, partition));
        TestRecord record = new TestRecord(message, topic);
        records.add(record);
        sink.write(record);
        return record;
    }

    /** How many of the records are acknowledged. */
    public long acknowledged() {
        return records.stream().filter(TestRecord::isAcknowledged).count();
    }

    public List<DeadLetter> deadLetters() {
        return deadLetters.sent();
    }

    /** The sum of what was recorded under a name. */
    public double metric(String name) {
        return metrics.getOrDefault(name, 0.0);
    }

    /** What the sink said when it could not go on, or null. */
    public @Nullable Throwable fatal() {
        return fatal;
    }

    @Override
    public void close() throws Exception {
        sink.close();
    }
}
