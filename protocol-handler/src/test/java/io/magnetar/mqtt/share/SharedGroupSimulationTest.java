package io.magnetar.mqtt.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.session.SimulatedOwner;
import java.util.ArrayList;
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
    private static final int ROUNDS = 30;
    private static final int STEPS = 3_000;

    /** A group of connected clients alone. */
    private static final class World extends GroupWorld {
        final List<SimulatedOwner> owners = List.of(new SimulatedOwner(), new SimulatedOwner(), new SimulatedOwner());
        /** Every text that was published at QoS 1 or 2. */
        final List<String> promised = new ArrayList<>();

        private final SimulatedGroups groups;

        World(long seed, SharedStrategy strategy) {
            super(new Random(seed));
            groups = SimulatedGroups.with(strategy);
        }

        @Override
        SimulatedGroups groups() {
            return groups;
        }

        @Override
        List<SimulatedOwner> owners() {
            return owners;
        }

        @Override
        boolean work() {
            return runOwners();
        }

        /** Publishes to one of the topics, each published to by one owner only. */
        void publish(Qos qos) {
            int topic = random.nextInt(TOPICS);
            String text = nextText(qos, topic);
            if (qos != Qos.AT_MOST_ONCE) {
                promised.add(text);
            }
            owners.get(topic).runAs(() -> groups.publish("jobs/" + topic, qos, text));
        }
    }

    private static void simulate(SharedStrategy strategy, Consumer<World> scenario) {
        GroupWorld.simulate(ROUNDS, strategy, seed -> new World(seed, strategy), scenario);
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
        assertThat(world.groups().counters.drops().sum(Drop.GROUP_QUEUE_FULL)).isZero();
        assertThat(world.groups().counters.drops().sum(Drop.GROUP_ENDED)).isZero();
    }

    private static void comeAndGoStep(World world) {
        Random random = world.random;
        SimulatedMember any = world.anyMember();
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
            world.leave(world.members.get(1 + world.random.nextInt(world.members.size() - 1)));
        }
    }

    private static void onlyWhatWasNotAcknowledgedComesAgain(World world) {
        Map<String, Integer> copies = world.copies();
        copies.keySet().removeIf(text -> text.startsWith("0"));
        assertThat(copies).isEqualTo(world.expected(world.promised));
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
            world.inOrder();
        });
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
            world.inOrder();
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
