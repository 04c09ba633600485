package io.magnetar.bench.sinks;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.io.core.Sink;
import org.apache.pulsar.io.core.SinkContext;
import org.jspecify.annotations.Nullable;

/**
 * A sink without a Pulsar in front: what it makes of messages and how fast it hands them on.
 *
 * <p>Thread: the benchmark's.
 */
final class SinkWriting implements Writing {
    private static final long PATIENCE_NANOS = Duration.ofMinutes(10).toNanos();

    private final Readings readings;
    private final Sink<byte[]> sink;
    private final AtomicReference<@Nullable Throwable> fatal = new AtomicReference<>();

    SinkWriting(Readings readings, Sink<byte[]> sink, Map<String, Object> configuration) throws Exception {
        this.readings = readings;
        this.sink = sink;
        sink.open(configuration, context());
    }

    private SinkContext context() {
        return (SinkContext) Proxy.newProxyInstance(
                SinkWriting.class.getClassLoader(),
                new Class<?>[] {SinkContext.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getTenant" -> "fleet";
                    case "getNamespace" -> "streams";
                    case "getSinkName" -> "bench";
                    case "getInstanceId" -> 0;
                    case "getSubscriptionType" -> SubscriptionType.Failover;
                    case "fatal" -> {
                        fatal.set((Throwable) arguments[0]);
                        yield null;
                    }
                    default -> null;
                });
    }

    @Override
    public void write(long rows) throws Exception {
        long all = readings.acknowledged() + rows;
        for (long i = 0; i < rows; i++) {
            sink.write(readings.get(i).message());
        }
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (readings.acknowledged() < all) {
            if (fatal.get() != null || System.nanoTime() > end) {
                throw new IOException("the sink has not written all rows", fatal.get());
            }
            Thread.sleep(1);
        }
    }

    @Override
    public void close() throws Exception {
        sink.close();
    }
}
