package io.magnetar.bench.micro;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.PacketDecoder;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.packet.Packet;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.routing.RouteCache;
import io.magnetar.mqtt.routing.Routing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A PUBLISH from bytes to an object and back: of a topic that was met before, and out to one subscriber or to a hundred. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PublishCodecBenchmark {
    private static final int MANY = 100;
    private static final int MAX_LEVELS = 128;
    private static final int ROOM = 1 << 20;
    private static final int PACKET_ID = 513;

    @Param({"MQTT_3_1_1", "MQTT_5"})
    private ProtocolVersion version = ProtocolVersion.MQTT_5;

    @Param({"AT_MOST_ONCE", "AT_LEAST_ONCE"})
    private Qos qos = Qos.AT_MOST_ONCE;

    @Param({"16", "256", "4096"})
    private int payloadBytes;

    private Message message = Readings.plain(0, Qos.AT_MOST_ONCE);
    private final PacketDecoder decoder = new PacketDecoder(ROOM);
    private final ByteBuf in = PooledByteBufAllocator.DEFAULT.directBuffer(ROOM);
    private final ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(ROOM);

    @Setup
    public void prepare() {
        message = Readings.plain(payloadBytes, qos);
        decoder.use(version);
        decoder.takePublishes(0, new RouteCache(new Routing(new NoStreams()).table(Readings.NAMESPACE), MAX_LEVELS));
        shared().write(in, version, flags(), packetId());
    }

    @TearDown
    public void release() {
        in.release();
        out.release();
    }

    private int flags() {
        return qos.value() << 1;
    }

    private int packetId() {
        return qos == Qos.AT_MOST_ONCE ? 0 : PACKET_ID;
    }

    private SharedPublish shared() {
        SharedPublish publish = new SharedPublish(message);
        publish.prepare(SharedPublish.form(version, qos != Qos.AT_MOST_ONCE));
        return publish;
    }

    @Benchmark
    public @Nullable Packet decode() throws PacketException {
        return decoder.decode(in.readerIndex(0));
    }

    @Benchmark
    public ByteBuf encodeForOne() {
        out.clear();
        shared().write(out, version, flags(), packetId());
        return out;
    }

    /** The time for each of the hundred. */
    @Benchmark
    @OperationsPerInvocation(MANY)
    public ByteBuf encodeForAHundred() {
        SharedPublish publish = shared();
        for (int i = 0; i < MANY; i++) {
            out.clear();
            publish.write(out, version, flags(), packetId());
        }
        return out;
    }
}
