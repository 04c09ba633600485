package io.magnetar.mqtt.share;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.connection.SimulatedQueues;
import io.magnetar.mqtt.crash.SimulatedExecutor;
import io.magnetar.mqtt.crash.VirtualTime;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.session.SimulatedOwner;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A group with a durable member that is away: other members come, go, fill up and block, all of them may be away for a while, records
 * are saved late or not at first, and the broker dies. The seed of a failure is in its message.
 */
class KeptGroupSimulationTest {
    private static final String FILTER = "$share/workers/jobs/#";
    private static final Namespace NAMESPACE = new Namespace("one");
    private static final int ROUNDS = 25;
    private static final int STEPS = 3_000;
    private static final int TOPICS = 3;

    /** One world: a new one for each seed. */
    private static final class World {
        final Random random;
        final SharedStrategy strategy;
        final SimulatedQueues log = new SimulatedQueues();
        final SavedGroups records = new SavedGroups();
        final StreamDefinition queue = StreamDefinition.queueOf(NAMESPACE, 2);
        SimulatedExecutor tails = new SimulatedExecutor(new Random(), new VirtualTime());
        SimulatedGroups groups;
        List<SimulatedOwner> owners = new ArrayList<>();
        List<SimulatedMember> members = new ArrayList<>();
        final List<SimulatedMember> gone = new ArrayList<>();
        /** Every text that the log has confirmed. */
        final Set<String> promised = new HashSet<>();

        int published;

        World(long seed, SharedStrategy strategy) {
            this.random = new Random(seed);
            this.strategy = strategy;
            this.groups = start();
            CompletableFuture<Void> kept = groups.groups().keep(groups.routing(), SharedFilter.parse(FILTER), "away");
            while (!kept.isDone()) {
                work();
            }
            assertThat(kept).isCompleted();
            records.failNowAndThen();
        }

        private SimulatedGroups start() {
            tails = new SimulatedExecutor(random, new VirtualTime());
            owners = new ArrayList<>(List.of(new SimulatedOwner(), new SimulatedOwner(), new SimulatedOwner()));
            return SimulatedGroups.kept(strategy, log, records, owners, tails);
        }

        /** The broker dies: what is not in a record is forgotten, and all its members are gone. */
        void crash() {
            members.forEach(member -> member.ended = true);
            gone.addAll(members);
            members = new ArrayList<>();
            records.crash();
            groups = start();
            CompletableFuture<Void> restored = groups.groups()
                    .restore(groups.routing(), SharedFilter.parse(FILTER), records.saved(), true, Set.of("away"));
            while (!restored.isDone()) {
                work();
            }
            assertThat(restored).isCompleted();
        }

        void join(int receiveMaximum, Qos qos) {
            ProtocolVersion version = random.nextBoolean() ? ProtocolVersion.MQTT_5 : ProtocolVersion.MQTT_3_1_1;
            SimulatedMember member = groups.member(owners.get(random.nextInt(3)), version, receiveMaximum);
            member.join(FILTER, qos);
            members.add(member);
        }

        void leave() {
            SimulatedMember leaving = members.remove(random.nextInt(members.size()));
            if (random.nextBoolean()) {
                leaving.leave(FILTER);
                leaving.acknowledge(random);
            }
            leaving.end();
            gone.add(leaving);
        }

        void publish(Qos qos) {
            int topic = random.nextInt(TOPICS);
            String text = qos.value() + " " + topic + " " + published++;
            Message message = new Message(
                    "jobs/" + topic,
                    text.getBytes(UTF_8),
                    qos,
                    false,
                    MessageProperties.NONE,
                    new Publisher(NAMESPACE, "publisher-" + topic, null),
                    Long.MAX_VALUE - 1);
            log.append(queue, message, failure -> {
                if (failure == null) {
                    promised.add(text);
                }
            });
        }

        boolean work() {
            boolean worked = log.work(random, false);
            worked |= records.work(random);
            worked |= tails.runOne();
            for (SimulatedOwner owner : List.copyOf(owners)) {
                worked |= owner.runOne();
            }
            return worked;
        }

        void settle() {
            boolean busy = true;
            while (busy) {
                busy = work();
                for (SimulatedMember member : members) {
                    busy |= member.acknowledge(random);
                }
            }
        }

        /** All that has been published and is not with a member comes. */
        void drain() {
            members.forEach(SimulatedMember::unblock);
            if (members.isEmpty()) {
                join(5, Qos.EXACTLY_ONCE);
            }
            for (int i = 0; i < 3; i++) {
                settle();
                groups.groups().tick();
            }
            settle();
        }

        Map<String, Integer> copies() {
            Map<String, Integer> copies = new HashMap<>();
            List<SimulatedMember> all = new ArrayList<>(members);
            all.addAll(gone);
            all.forEach(member -> member.got.forEach(got -> copies.merge(got.text(), 1, Integer::sum)));
            return copies;
        }
    }

    private static void simulate(SharedStrategy strategy, Consumer<World> scenario) {
        for (int round = 0; round < ROUNDS; round++) {
            long seed = System.nanoTime();
            try {
                scenario.accept(new World(seed, strategy));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ", " + strategy.label(), e);
            }
        }
    }

    private static void step(World world) {
        Random random = world.random;
        SimulatedMember any = world.members.isEmpty() ? null : world.members.get(random.nextInt(world.members.size()));
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> world.publish(Qos.of(1 + random.nextInt(2)));
            case 4, 5, 6 -> {
                if (any != null) {
                    any.acknowledge(random);
                }
            }
            case 7 -> {
                if (world.members.size() < 4) {
                    world.join(1 + random.nextInt(5), Qos.of(1 + random.nextInt(2)));
                }
            }
            case 8 -> {
                if (any != null && random.nextInt(3) == 0) {
                    world.leave();
                }
            }
            case 9 -> {
                if (any != null) {
                    any.block();
                }
            }
            case 10 -> {
                if (any != null) {
                    any.unblock();
                }
            }
            case 11 -> world.groups.groups().tick();
            default -> world.work();
        }
    }

    @ParameterizedTest
    @EnumSource(SharedStrategy.class)
    void losesNothingAndRepeatsOnlyWhatAMemberLeftUnacknowledged(SharedStrategy strategy) {
        simulate(strategy, world -> {
            for (int step = 0; step < STEPS; step++) {
                step(world);
                if (world.random.nextInt(500) == 0) {
                    while (!world.members.isEmpty()) {
                        world.leave();
                    }
                }
            }
            world.drain();

            Map<String, Integer> expected = new HashMap<>();
            world.promised.forEach(text -> expected.put(text, 1));
            for (SimulatedMember left : world.gone) {
                left.unacknowledged.values().stream()
                        .filter(got -> got.qos() == Qos.AT_LEAST_ONCE)
                        .forEach(got -> expected.merge(got.text(), 1, Integer::sum));
            }
            assertThat(world.copies()).isEqualTo(expected);
        });
    }

    @ParameterizedTest
    @EnumSource(SharedStrategy.class)
    void losesNothingThoughTheBrokerDies(SharedStrategy strategy) {
        simulate(strategy, world -> {
            for (int step = 0; step < STEPS; step++) {
                step(world);
                if (world.random.nextInt(700) == 0) {
                    world.crash();
                }
            }
            world.drain();

            assertThat(world.copies()).containsOnlyKeys(world.promised);
        });
    }

    @ParameterizedTest
    @EnumSource(SharedStrategy.class)
    void keepsTheOrderOfEachTopicAtEachMember(SharedStrategy strategy) {
        simulate(strategy, world -> {
            // What a member cannot take goes to another, which may be ahead: only a single one is blocked now and then.
            int count = 1 + world.random.nextInt(3);
            for (int i = 0; i < count; i++) {
                world.join(1 + world.random.nextInt(5), Qos.EXACTLY_ONCE);
            }
            for (int step = 0; step < STEPS; step++) {
                SimulatedMember any = world.members.get(world.random.nextInt(count));
                switch (world.random.nextInt(8)) {
                    case 0 -> world.publish(Qos.of(1 + world.random.nextInt(2)));
                    case 1, 2 -> any.acknowledge(world.random);
                    case 3 -> {
                        if (count == 1) {
                            any.block();
                        }
                    }
                    case 4 -> any.unblock();
                    default -> world.work();
                }
            }
            world.drain();

            assertThat(world.copies()).containsOnlyKeys(world.promised);
            world.members.forEach(KeptGroupSimulationTest::inOrder);
        });
    }

    private static void inOrder(SimulatedMember member) {
        Map<String, List<Integer>> numbers = new HashMap<>();
        for (SimulatedMember.Got got : member.got) {
            String[] parts = got.text().split(" ", -1);
            numbers.computeIfAbsent(parts[1], topic -> new ArrayList<>()).add(Integer.parseInt(parts[2]));
        }
        assertThat(numbers.values())
                .allSatisfy(list -> assertThat(list).isSortedAccordingTo(Comparator.naturalOrder()));
    }
}
