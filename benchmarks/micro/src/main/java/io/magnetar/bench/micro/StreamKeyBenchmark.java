package io.magnetar.bench.micro;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.message.UserProperty;
import io.magnetar.stream.key.StreamKey;
import io.magnetar.stream.key.StreamKeys;
import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What the key of a stream costs each message that the stream keeps; the payload is a JSON document of 256 bytes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StreamKeyBenchmark {
    private static final int PAYLOAD_BYTES = 256;
    private static final String END = "\"}";
    private static final String BEGINNING =
            "{\"device\": {\"id\": \"station-7\", \"site\": \"north\"}, \"temp\": 21.5, \"note\": \"";

    @Param({
        "client-id",
        "username",
        "topic",
        "topic[1]",
        "user-property:site",
        "payload:$.device.id",
        "payload:$.missing",
        "cel:client_id + '/' + topic",
        "cel:topic.split('/')[1]",
        "cel:json.device.id"
    })
    private String name = "";

    private StreamKey key = StreamKeys.DEFAULT;
    private final Message message = new Message(
            "sensors/7/readings",
            payload(),
            Qos.AT_LEAST_ONCE,
            false,
            MessageProperties.NONE.withUserProperties(List.of(new UserProperty("site", "north"))),
            new Publisher(new Namespace("public"), "station-7", "operator"),
            1_764_093_600_000_000L);

    private static byte[] payload() {
        return (BEGINNING + "x".repeat(PAYLOAD_BYTES - BEGINNING.length() - END.length()) + END).getBytes(UTF_8);
    }

    @Setup
    public void prepare() {
        StreamKeys.Parsed parsed = StreamKeys.parse(name);
        if (!(parsed instanceof StreamKeys.Valid valid)) {
            throw new IllegalArgumentException(name + ": " + parsed);
        }
        key = valid.key();
    }

    @Benchmark
    public @Nullable String of() {
        return key.of(message);
    }
}
