package io.magnetar.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PublishPaceTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void publishersShareTheRate() {
        assertThat(due(1_000, 10, SECOND - 1)).isEqualTo(1_000);
        assertThat(due(1_000, 3, 10 * SECOND - 1)).isEqualTo(10_000);
        assertThat(due(7, 200, 10 * SECOND - 1)).isEqualTo(70);
    }

    @Test
    void aMessageThatLeavesInItsTickIsNotLate() {
        PublishPace pace = PublishPace.of(1_000, 0, 1);

        assertThat(pace.lateness(5, 5_000_000)).isZero();
        assertThat(pace.lateness(5, 6_000_000)).isZero();
    }

    @Test
    void aMessageHeldBackIsAsLateAsItIs() {
        PublishPace pace = PublishPace.of(1_000, 0, 1);

        assertThat(pace.lateness(5, 5_000_000 + SECOND)).isEqualTo(SECOND - PublishPace.TICK_NANOS);
    }

    @Test
    void atFullSpeedNothingIsEverLate() {
        PublishPace pace = PublishPace.of(0, 3, 10);

        assertThat(pace.due(0)).isEqualTo(Integer.MAX_VALUE);
        assertThat(pace.lateness(5, SECOND)).isZero();
    }

    private static long due(long perSecond, int publishers, long elapsed) {
        long due = 0;
        for (int i = 0; i < publishers; i++) {
            due += PublishPace.of(perSecond, i, publishers).due(elapsed);
        }
        return due;
    }
}
