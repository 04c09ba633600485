package io.magnetar.mqtt.crash;

import org.junit.jupiter.api.Test;

/** Durable sessions whose broker dies at any point. The seed of a failure is in its message, and {@code -Dmagnetar.crash.seed} plays it again. */
class CrashSimulationTest {
    private static final int SEEDS = Integer.getInteger("magnetar.crash.seeds", 500);

    @Test
    void keepsItsPromisesWheneverTheBrokerDies() {
        Long again = Long.getLong("magnetar.crash.seed");
        if (again != null) {
            play(again, true);
            return;
        }
        long first = System.nanoTime();
        for (long seed = first; seed < first + SEEDS; seed++) {
            play(seed, false);
        }
    }

    private static void play(long seed, boolean traced) {
        try {
            new CrashSimulation(seed, traced).run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
        }
    }
}
