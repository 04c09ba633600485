package io.magnetar.bench.micro;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.routing.Match;
import io.magnetar.mqtt.routing.RouteCache;
import io.magnetar.mqtt.routing.Routing;
import io.magnetar.mqtt.routing.RoutingTable;
import io.magnetar.mqtt.routing.Target;
import io.magnetar.topic.TopicFilter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Who wants a topic, among so many subscriptions, each of a subscriber of its own. Each of 1,024 topics, spread over all, is wanted by
 * one of them; when the filters are mixed, every third is exact, has {@code +} in the middle, or ends with {@code #}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TopicMatchBenchmark {
    private static final int TOPICS = 1_024;
    private static final int MAX_LEVELS = 128;

    /** How the filters of the subscriptions are written. */
    public enum Filters {
        EXACT(i -> "sites/" + i % 100 + "/devices/" + i + "/temperature"),
        WILDCARD(i -> "sites/+/devices/" + i + "/#"),
        MIXED(i -> switch (i % 3) {
            case 0 -> EXACT.filter.apply(i);
            case 1 -> "sites/" + i % 100 + "/devices/" + i + "/+";
            default -> "sites/+/devices/" + i + "/#";
        });

        private final IntFunction<String> filter;

        Filters(IntFunction<String> filter) {
            this.filter = filter;
        }
    }

    @Param({"1", "1000", "1000000"})
    private int subscriptions;

    @Param
    private Filters filters = Filters.EXACT;

    private final RoutingTable table = new Routing(new NoStreams()).table(Readings.NAMESPACE);
    private final RouteCache cache = new RouteCache(table, MAX_LEVELS);
    private final String[] topics = new String[TOPICS];
    private final ByteBuf[] bytes = new ByteBuf[TOPICS];
    private int next;

    @Setup
    public void subscribe() {
        for (int i = 0; i < subscriptions; i++) {
            table.subscribe(
                    new TopicFilter(filters.filter.apply(i)),
                    Target.of(new Subscriber(), Qos.AT_LEAST_ONCE, false, false, 0));
        }
        for (int i = 0; i < TOPICS; i++) {
            topics[i] = Filters.EXACT.filter.apply((int) ((long) i * subscriptions / TOPICS));
            bytes[i] = Unpooled.wrappedBuffer(topics[i].getBytes(UTF_8));
            if (table.match(topics[i]).isEmpty()) {
                throw new IllegalStateException("nobody wants " + topics[i]);
            }
        }
    }

    /** A topic that was never met, or whose match is out of date. */
    @Benchmark
    public Match uncached() {
        return table.match(topics[next++ & (TOPICS - 1)]);
    }

    /** A topic that was met before, found by its bytes as they come from the socket. */
    @Benchmark
    public Match cached() throws PacketException {
        ByteBuf name = bytes[next++ & (TOPICS - 1)];
        return cache.topicName(name, 0, name.readableBytes()).match();
    }
}
