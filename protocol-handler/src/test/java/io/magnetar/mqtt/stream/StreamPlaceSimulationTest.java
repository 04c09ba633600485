package io.magnetar.mqtt.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A durable session reads a stream while its connection breaks and its broker dies at any point. */
class StreamPlaceSimulationTest {
    private static final int STEPS = 600;

    @Test
    void losesNothingAndRepeatsNothingThatIsRecordedHoweverOftenTheBrokerDies() {
        repeat(StreamPlaceSimulationTest::simulate);
    }

    @Test
    void aRangeHasItsMessagesAndOneEndHoweverOftenTheBrokerDies() {
        repeat(StreamPlaceSimulationTest::simulateRange);
    }

    private static void repeat(Consumer<Random> simulation) {
        for (int round = 0; round < 300; round++) {
            long seed = System.nanoTime();
            try {
                simulation.accept(new Random(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static void simulate(Random random) {
        SimulatedStream stream = new SimulatedStream(1 + random.nextInt(3));
        SimulatedReader reader = new SimulatedReader(random, stream, "earliest");
        run(random, stream, reader);
        assertThat(reader.firstAppearances()).isEqualTo(stream.byPartition());
    }

    private static void simulateRange(Random random) {
        SimulatedStream stream = new SimulatedStream(1 + random.nextInt(3));
        for (int before = random.nextInt(60); before > 0; before--) {
            stream.append(random);
        }
        SimulatedReader reader = new SimulatedReader(random, stream, "earliest..now");
        run(random, stream, reader);
        assertThat(reader.firstAppearances()).isEqualTo(stream.atNow());
        List<String> received = reader.received();
        assertThat(received).containsOnlyOnce(SimulatedReader.END);
        assertThat(received.subList(0, received.indexOf(SimulatedReader.END)))
                .containsAll(stream.atNow().stream().flatMap(List::stream).toList());
    }

    private static void run(Random random, SimulatedStream stream, SimulatedReader reader) {
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
    }
}
