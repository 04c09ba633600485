package io.magnetar.mqtt.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Qos;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A group with a durable member that is away: other members come, go, fill up and block, all of them may be away for a while, records
 * are saved late or not at first, and the broker dies. The seed of a failure is in its message.
 */
class KeptGroupSimulationTest {
    private static final int ROUNDS = 25;
    private static final int STEPS = 3_000;

    private static void simulate(SharedStrategy strategy, Consumer<KeptWorld> scenario) {
        GroupWorld.simulate(ROUNDS, strategy, seed -> KeptWorld.kept(seed, strategy), scenario);
    }

    private static void step(KeptWorld world) {
        Random random = world.random;
        SimulatedMember any = world.members.isEmpty() ? null : world.anyMember();
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
                    world.leave(any);
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
            case 11 -> world.tick();
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
                        world.leave(world.anyMember());
                    }
                }
            }
            world.drain();

            assertThat(world.copies()).isEqualTo(world.expected(world.promised));
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
                SimulatedMember any = world.anyMember();
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
            world.inOrder();
        });
    }
}
