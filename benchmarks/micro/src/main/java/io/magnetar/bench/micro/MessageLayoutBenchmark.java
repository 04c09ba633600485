package io.magnetar.bench.micro;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.stream.layout.MessageDecoder;
import io.magnetar.stream.layout.MessageEncoder;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.common.api.proto.SingleMessageMetadata;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What the properties of a Pulsar message cost that carry an MQTT message: written into a batch entry's metadata, and read back. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MessageLayoutBenchmark {
    private static final int PAYLOAD_BYTES = 256;

    @Param({"false", "true"})
    private boolean userProperties;

    private Message message = Readings.plain(0, Qos.AT_MOST_ONCE);
    private final SingleMessageMetadata metadata = new SingleMessageMetadata();
    private final Map<String, String> properties = new HashMap<>();
    private final MessageDecoder decoder = new MessageDecoder(Readings.NAMESPACE);

    @Setup
    public void prepare() {
        message = userProperties
                ? Readings.withUserProperties(PAYLOAD_BYTES, Qos.AT_LEAST_ONCE)
                : Readings.plain(PAYLOAD_BYTES, Qos.AT_LEAST_ONCE);
        MessageEncoder.properties(message, properties::put);
    }

    @Benchmark
    public int write() {
        metadata.clear();
        metadata.setPartitionKey(message.topic())
                .setEventTime(MessageEncoder.eventTime(message))
                .setPayloadSize(PAYLOAD_BYTES);
        MessageEncoder.properties(
                message, (name, value) -> metadata.addProperty().setKey(name).setValue(value));
        return metadata.getSerializedSize();
    }

    @Benchmark
    public Message read() {
        return decoder.decode(Readings.TOPIC, message.payload(), properties, 0);
    }
}
