package io.magnetar.mqtt.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.packet.TopicName;
import io.magnetar.mqtt.session.SimulatedStreams;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Messages are received while a filter goes over from live delivery to the queue and back, on other threads. */
class HandoverTest {
    private static final int CHANGES = 20_000;
    private static final int PUBLISHERS = 3;
    private static final String TOPIC = "news/today";

    private final Namespace namespace = new Namespace("one");
    private final BrokerClock clock = new BrokerClock(InstantSource.system());
    private final RoutingTable table = new RoutingTable(namespace, new SimulatedStreams(new Namespace("streams")));
    private final AtomicBoolean changing = new AtomicBoolean(true);

    private record Name(String value) implements TopicName {
        @Override
        public byte[] utf8() {
            return value.getBytes(StandardCharsets.UTF_8);
        }
    }

    /** A message that was received: when, and which way it goes. */
    private record Received(long micros, boolean isOwed) {}

    /** @return from when on it was owed, or not */
    private Map<Long, Boolean> change() {
        Map<Long, Boolean> changes = new TreeMap<>();
        TopicFilter filter = new TopicFilter("news/+");
        changes.put(0L, false);
        for (int i = 0; i < CHANGES; i++) {
            boolean owed = i % 2 == 0;
            long micros = table.handOver(() -> {
                if (owed) {
                    table.owe(filter, "client");
                } else {
                    table.endOwing(filter, "client");
                }
                return clock.nextMicros();
            });
            changes.put(micros, owed);
        }
        changing.set(false);
        return changes;
    }

    private List<Received> receive(Supplier<Received> one) {
        List<Received> received = new ArrayList<>();
        while (changing.get()) {
            received.add(one.get());
        }
        return received;
    }

    private Received routed(Route route) {
        Match match = route.match(clock::nextMicros);
        return new Received(route.receivedMicros(), isOwed(match));
    }

    private Received found() {
        RoutingTable.Found found = table.find(TOPIC, clock::nextMicros);
        return new Received(found.receivedMicros(), isOwed(found.match()));
    }

    private static boolean isOwed(Match match) {
        return !match.logs(Qos.AT_LEAST_ONCE).isEmpty();
    }

    @Test
    void theReceiveTimeTellsWhichWayAMessageGoes() throws Exception {
        table.keepIn(StreamDefinition.queueOf(namespace, 1));
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Callable<List<Received>>> publishers = new ArrayList<>();
            for (int i = 0; i < PUBLISHERS; i++) {
                Route route = new RouteCache(table, 128).route(new Name(TOPIC));
                publishers.add(() -> receive(() -> routed(route)));
            }
            publishers.add(() -> receive(this::found));
            List<Future<List<Received>>> receiving =
                    publishers.stream().map(threads::submit).toList();
            TreeMap<Long, Boolean> changes = new TreeMap<>(change());
            for (Future<List<Received>> each : receiving) {
                assertThat(each.get())
                        .isNotEmpty()
                        .allSatisfy(message -> assertThat(message.isOwed())
                                .isEqualTo(changes.floorEntry(message.micros()).getValue()));
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
