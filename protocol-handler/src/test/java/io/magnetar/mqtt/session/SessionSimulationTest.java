package io.magnetar.mqtt.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.flow.SessionLimits;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.retain.RetainLimits;
import io.magnetar.mqtt.retain.Retained;
import io.magnetar.mqtt.routing.Routing;
import io.magnetar.mqtt.share.SharedGroups;
import io.magnetar.mqtt.share.SharedStrategies;
import io.magnetar.mqtt.share.SharedStrategy;
import io.magnetar.mqtt.stream.NoStreamGroups;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import io.magnetar.tenancy.Namespace;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sessions under random interleavings of publishes, acknowledgements, retransmissions, log confirmations and hand-overs. The seed
 * of a failure is in its message.
 */
class SessionSimulationTest {
    private static final List<String> TOPICS = List.of("live/a", "live/b", "kept/a", "kept/twice/b");
    private static final int STEPS = 2_000;

    private final Random random = new Random();
    private final Namespace namespace = new Namespace("one");
    private final SimulatedStreams streams = new SimulatedStreams(namespace);
    private final Counters counters = new Counters();
    private final SessionServices services = new SessionServices(
            new Routing(streams),
            streams,
            streams,
            (stream, start, filter, listener) -> CompletableFuture.failedFuture(new StreamFailureException(
                    new StreamFailure(StreamFailure.Kind.UNAVAILABLE, "nobody replays here"))),
            new NoStreamGroups(),
            new Retained(true, new RetainLimits(1_000, 1 << 30, 1 << 20)),
            new BrokerClock(InstantSource.system()),
            counters,
            new SessionLimits(1_000, 1_000, 100_000, Integer.MAX_VALUE, 100, 128, 1 << 20, 1 << 30, false));
    private final SharedGroups groups = new SharedGroups(
            new SharedStrategies(SharedStrategy.ROUND_ROBIN, Map.of()),
            services.limits(),
            services.clock(),
            counters,
            null);
    private final List<SimulatedOwner> owners = List.of(new SimulatedOwner(), new SimulatedOwner());

    private SimulatedClient client(Namespace of, String clientId, int receiveMaximum) {
        SimulatedOwner owner = owners.get(random.nextInt(owners.size()));
        return new SimulatedClient(services, groups, owner, of, clientId, receiveMaximum);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keepsItsPromisesWhateverTheInterleaving(boolean logsMayFail) {
        for (int round = 0; round < 50; round++) {
            long seed = System.nanoTime();
            random.setSeed(seed);
            try {
                new SessionSimulationTest().simulate(seed, logsMayFail);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + (logsMayFail ? ", logs fail" : ""), e);
            }
        }
    }

    private void simulate(long seed, boolean logsMayFail) {
        random.setSeed(seed);
        SimulatedClient publisher = client(namespace, "publisher", 10);
        SimulatedClient subscriber = client(namespace, "subscriber", 1 + random.nextInt(5));
        SimulatedClient stranger = client(new Namespace("two"), "subscriber", 10);
        subscriber.subscribe("#", Qos.EXACTLY_ONCE);
        subscriber.subscribe("kept/+", Qos.AT_LEAST_ONCE);
        stranger.subscribe("#", Qos.EXACTLY_ONCE);
        for (int step = 0; step < STEPS; step++) {
            step(publisher, subscriber, step, logsMayFail);
        }
        settle(publisher, subscriber, logsMayFail);

        assertThat(publisher.unanswered).isEmpty();
        assertThat(stranger.received).as("nothing crosses namespaces").isEmpty();
        assertThat(counters.drops().sum(Drop.QUEUE_FULL)).isZero();
        received(publisher, subscriber);
    }

    private void step(SimulatedClient publisher, SimulatedClient subscriber, int step, boolean logsMayFail) {
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> publish(publisher, step);
            case 3 -> publisher.publishAgain(random);
            case 4 -> publisher.release(random);
            case 5 -> subscriber.acknowledge(random);
            case 6 -> streams.settleOne(random, logsMayFail);
            default -> owners.get(random.nextInt(owners.size())).runOne();
        }
    }

    private void publish(SimulatedClient publisher, int step) {
        boolean room = publisher.unanswered.size() + publisher.unreleased.size() < 50;
        Qos qos = room ? Qos.of(1 + random.nextInt(2)) : Qos.AT_MOST_ONCE;
        String topic = TOPICS.get(random.nextInt(TOPICS.size()));
        publisher.publish(topic, qos, qos.value() + "-" + step);
    }

    private void settle(SimulatedClient publisher, SimulatedClient subscriber, boolean logsMayFail) {
        boolean busy = true;
        while (busy) {
            busy = streams.settleOne(random, logsMayFail);
            for (SimulatedOwner owner : owners) {
                busy |= owner.runOne();
            }
            busy |= publisher.release(random);
            busy |= subscriber.acknowledge(random);
        }
    }

    private void received(SimulatedClient publisher, SimulatedClient subscriber) {
        for (Map.Entry<String, List<String>> topic : subscriber.received.entrySet()) {
            List<String> texts = topic.getValue();
            assertThat(texts).as("once each").doesNotHaveDuplicates();
            for (char qos : new char[] {'0', '1', '2'}) {
                List<Integer> steps = texts.stream()
                        .filter(text -> text.charAt(0) == qos)
                        .map(text -> Integer.parseInt(text.substring(2)))
                        .toList();
                assertThat(steps).as("order of " + topic.getKey()).isSorted();
            }
        }
        for (String promised : new HashSet<>(publisher.promised)) {
            String[] parts = promised.split(" ", 2);
            assertThat(subscriber.received.get(parts[0]))
                    .as("what was promised arrives")
                    .contains(parts[1]);
            long streamsOfTopic = streams.matching(parts[0]).size();
            assertThat(streams.confirmations(parts[1]))
                    .as("a promise is in every log")
                    .isEqualTo(streamsOfTopic);
        }
        for (String refused : publisher.refused) {
            String[] parts = refused.split(" ", 2);
            boolean exactlyOnce = parts[1].charAt(0) == '2';
            if (exactlyOnce) {
                assertThat(subscriber.received.getOrDefault(parts[0], List.of()))
                        .as("a refused QoS 2 publish was not delivered, for it will come again")
                        .doesNotContain(parts[1]);
            }
        }
    }
}
