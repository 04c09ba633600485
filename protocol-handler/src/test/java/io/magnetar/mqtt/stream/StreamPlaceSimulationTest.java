package io.magnetar.mqtt.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** A durable session reads a stream while its connection breaks and its broker dies at any point. */
class StreamPlaceSimulationTest {
    private static final int STEPS = 600;

    @Test
    void losesNothingAndRepeatsNothingThatIsRecordedHoweverOftenTheBrokerDies() {
        for (int round = 0; round < 300; round++) {
            long seed = System.nanoTime();
            try {
                simulate(new Random(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static void simulate(Random random) {
        SimulatedStream stream = new SimulatedStream(1 + random.nextInt(3));
        SimulatedReader reader = new SimulatedReader(random, stream);
        for (int step = 0; step < STEPS; step++) {
            switch (random.nextInt(40)) {
                case 0 -> reader.crash();
                case 1 -> reader.disconnect();
                case 2, 3, 4, 5 -> stream.append(random);
                case 6 -> reader.tick();
                default -> reader.work();
            }
        }
        while (reader.settle()) {
            reader.tick();
        }
        assertThat(reader.firstAppearances()).isEqualTo(stream.byPartition());
    }
}
