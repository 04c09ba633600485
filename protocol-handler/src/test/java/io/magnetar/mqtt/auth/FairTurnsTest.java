package io.magnetar.mqtt.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.tenancy.Namespace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Lines of namespaces before one thread, which the test is. */
class FairTurnsTest {
    private static final Namespace STORMY = new Namespace("stormy");
    private static final Namespace QUIET = new Namespace("quiet");

    private final ArrayDeque<Runnable> thread = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();
    private final FairTurns turns = new FairTurns(thread::add, 100);

    private int fill(@Nullable Namespace whose, String name) {
        int taken = 0;
        while (turns.add(whose, () -> done.add(name))) {
            taken++;
        }
        return taken;
    }

    @Test
    void aStormLeavesPlacesAndTurnsToOthers() {
        assertThat(fill(STORMY, "stormy")).isEqualTo(67);
        assertThat(turns.add(QUIET, () -> done.add("quiet"))).isTrue();
        assertThat(turns.add(null, () -> done.add("unknown"))).isTrue();

        for (int i = 0; i < 3; i++) {
            thread.remove().run();
        }
        assertThat(done).containsExactly("stormy", "quiet", "unknown");
        while (!thread.isEmpty()) {
            thread.remove().run();
        }
        assertThat(done).hasSize(69);
        assertThat(fill(QUIET, "quiet")).as("all places are free again").isEqualTo(67);
    }

    @Test
    void manyStormsLeaveARoomTogether() {
        for (int i = 0; i < 3; i++) {
            fill(new Namespace("storm" + i), "storm");
        }
        assertThat(turns.add(QUIET, () -> {})).isTrue();
    }

    @Test
    void threadsThatTakeNothingAnyMoreAreTold() {
        FairTurns closed = new FairTurns(
                task -> {
                    throw new RejectedExecutionException();
                },
                1);

        assertThat(closed.add(STORMY, () -> {})).isFalse();
    }

    @Test
    void placesAreTakenAndGivenBackFairly() {
        FairPlaces places = new FairPlaces(10);
        int taken = 0;
        while (places.take(STORMY)) {
            taken++;
        }
        assertThat(taken).isEqualTo(7);
        assertThat(places.take(QUIET)).isTrue();
        for (int i = 0; i < taken; i++) {
            places.leave(STORMY);
        }
        places.leave(QUIET);
        for (int i = 0; i < taken; i++) {
            assertThat(places.take(QUIET)).isTrue();
        }
        assertThat(places.take(QUIET)).isFalse();
    }
}
