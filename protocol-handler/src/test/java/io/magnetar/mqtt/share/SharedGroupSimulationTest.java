package io.magnetar.mqtt.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.session.SimulatedOwner;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Groups whose members have three owners, come, go, fill up and block, under random interleavings of publishes, hand-overs and
 * acknowledgements. The seed of a failure is in its message.
 */
class SharedGroupSimulationTest {
    private static final String FILTER = "$share/workers/jobs/#";
    private static final int ROUNDS = 30;
    private static final int STEPS = 3_000;

    /** One world: a new one for each seed. */
    private static final class World {
        final Random random;
        final SimulatedGroups groups;
        final List<SimulatedOwner> owners = List.of(new SimulatedOwner(), new SimulatedOwner(), new SimulatedOwner());
        final List<SimulatedMember> members = new ArrayList<>();
        final List<SimulatedMember> gone = new ArrayList<>();
        /** Every text that was published at QoS 1 or 2. */
        final List<String> promised = new ArrayList<>();

        int published;

        World(long seed, SharedStrategy strategy) {
            random = new Random(seed);
            groups = SimulatedGroups.with(strategy);
        }

        SimulatedOwner anyOwner() {
            return owners.get(random.nextInt(owners.size()));
        }

        SimulatedMember join(int receiveMaximum, Qos qos) {
            ProtocolVersion version = random.nextBoolean() ? ProtocolVersion.MQTT_5 : ProtocolVersion.MQTT_3_1_1;
            SimulatedMember member = groups.member(anyOwner(), version, receiveMaximum);
            member.join(FILTER, qos);
            members.add(member);
            return member;
        }

        /** Publishes to one of three topics, each published to by one owner only. */
        void publish(Qos qos) {
            int topic = random.nextInt(owners.size());
            String text = qos.value() + " " + topic + " " + published++;
            if (qos != Qos.AT_MOST_ONCE) {
                promised.add(text);
            }
            owners.get(topic).runAs(() -> groups.publish("jobs/" + topic, qos, text));
        }

        void settle() {
            boolean busy = true;
            while (busy) {
                busy = false;
                for (SimulatedOwner owner : owners) {
                    busy |= owner.runOne();
                }
                for (SimulatedMember member : members) {
                    busy |= member.acknowledge(random);
                }
            }
        }

        /** What each member got, in their order; those that have left too. */
        List<SimulatedMember> all() {
            List<SimulatedMember> all = new ArrayList<>(members);
            all.addAll(gone);
            return all;
        }

        Map<String, Integer> copies() {
            Map<String, Integer> copies = new HashMap<>();
            all().forEach(member -> member.got.forEach(got -> copies.merge(got.text(), 1, Integer::sum)));
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

    @ParameterizedTest
    @EnumSource(SharedStrategy.class)
    void losesNothingWhileMembersComeAndGo(SharedStrategy strategy) {
        simulate(strategy, SharedGroupSimulationTest::comeAndGo);
    }

    private static void comeAndGo(World world) {
        world.join(1 + world.random.nextInt(5), Qos.EXACTLY_ONCE);
        int steps = 0;
        while (steps < STEPS) {
            int burst = 1 + world.random.nextInt(world.random.nextBoolean() ? 8 : 60);
            for (int i = 0; i < burst; i++) {
                comeAndGoStep(world);
            }
            steps += burst;
            if (world.members.stream().noneMatch(member -> member.writable)) {
                world.members.get(0).unblock();
            }
            world.settle();
            onlyWhatWasNotAcknowledgedComesAgain(world);
        }
        assertThat(world.groups.counters.drops().sum(Drop.GROUP_QUEUE_FULL)).isZero();
        assertThat(world.groups.counters.drops().sum(Drop.GROUP_ENDED)).isZero();
    }

    private static void comeAndGoStep(World world) {
        Random random = world.random;
        SimulatedMember any = world.members.get(random.nextInt(world.members.size()));
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> world.publish(Qos.of(random.nextInt(3)));
            case 4, 5, 6 -> any.acknowledge(random);
            case 7 -> {
                for (int i = world.members.size(); i < 4; i++) {
                    world.join(1 + random.nextInt(5), Qos.of(1 + random.nextInt(2)));
                }
            }
            case 8, 11 -> leave(world);
            case 9 -> any.block();
            case 10 -> any.unblock();
            default -> world.anyOwner().runOne();
        }
    }

    /** The oldest member stays, so that there is always one. */
    private static void leave(World world) {
        if (world.members.size() > 1) {
            SimulatedMember leaving = world.members.remove(1 + world.random.nextInt(world.members.size() - 1));
            if (world.random.nextBoolean()) {
                leaving.leave(FILTER);
                leaving.acknowledge(world.random);
            }
            leaving.end();
            world.gone.add(leaving);
        }
    }

    /** Each message once, and once more for each QoS 1 delivery that its receiver had not acknowledged when it left. */
    private static void onlyWhatWasNotAcknowledgedComesAgain(World world) {
        Map<String, Integer> expected = new HashMap<>();
        world.promised.forEach(text -> expected.put(text, 1));
        for (SimulatedMember left : world.gone) {
            left.unacknowledged.values().stream()
                    .filter(got -> got.qos() == Qos.AT_LEAST_ONCE)
                    .forEach(got -> expected.merge(got.text(), 1, Integer::sum));
        }
        Map<String, Integer> copies = world.copies();
        copies.keySet().removeIf(text -> text.startsWith("0"));
        assertThat(copies).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(SharedStrategy.class)
    void keepsTheOrderOfEachTopicAtEachMember(SharedStrategy strategy) {
        simulate(strategy, world -> {
            int count = 1 + world.random.nextInt(3);
            for (int i = 0; i < count; i++) {
                world.join(1 + world.random.nextInt(5), Qos.EXACTLY_ONCE);
            }
            for (int step = 0; step < STEPS; step++) {
                switch (world.random.nextInt(4)) {
                    case 0 -> world.publish(Qos.of(1 + world.random.nextInt(2)));
                    case 1 -> world.members.get(world.random.nextInt(count)).acknowledge(world.random);
                    default -> world.anyOwner().runOne();
                }
            }
            world.settle();

            assertThat(world.copies()).hasSize(world.promised.size());
            world.members.forEach(SharedGroupSimulationTest::inOrder);
        });
    }

    private static void inOrder(SimulatedMember member) {
        Map<String, List<Integer>> numbers = new HashMap<>();
        for (SimulatedMember.Got got : member.got) {
            int space = got.text().lastIndexOf(' ');
            numbers.computeIfAbsent(got.text().substring(0, space), qosAndTopic -> new ArrayList<>())
                    .add(Integer.parseInt(got.text().substring(space + 1)));
        }
        assertThat(numbers.values())
                .allSatisfy(list -> assertThat(list).isSortedAccordingTo(Comparator.naturalOrder()));
    }

    @Test
    void keepsTheOrderOfATopicForASingleMemberThatBlocksAndFills() {
        simulate(SharedStrategy.ROUND_ROBIN, world -> {
            SimulatedMember member = world.join(1 + world.random.nextInt(5), Qos.EXACTLY_ONCE);
            for (int step = 0; step < STEPS; step++) {
                switch (world.random.nextInt(8)) {
                    case 0, 1 -> world.publish(Qos.of(1 + world.random.nextInt(2)));
                    case 2, 3 -> member.acknowledge(world.random);
                    case 4 -> member.block();
                    case 5 -> member.unblock();
                    default -> world.anyOwner().runOne();
                }
            }
            member.unblock();
            world.settle();

            assertThat(member.got).hasSize(world.promised.size());
            inOrder(member);
        });
    }

    @Test
    void sharesEvenlyAmongMembersThatKeepUp() {
        simulate(SharedStrategy.ROUND_ROBIN, world -> {
            for (int i = 0; i < 4; i++) {
                world.join(100, Qos.AT_LEAST_ONCE);
            }
            for (int i = 0; i < 400; i++) {
                world.publish(Qos.of(world.random.nextInt(3)));
                if (i % 20 == 0) {
                    world.settle();
                }
            }
            world.settle();

            assertThat(world.members)
                    .allSatisfy(member -> assertThat(member.got).hasSize(100));
        });
    }
}
