package io.magnetar.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class UndeliveredTest {
    private final Undelivered undelivered = new Undelivered(16);
    private final SequenceTracker fast = new SequenceTracker();
    private final SequenceTracker slow = new SequenceTracker();

    @Test
    void thereIsAlwaysRoomWhenNobodySubscribes() {
        assertThat(undelivered.room(1_000_000)).isPositive();
    }

    @Test
    void theSlowestSubscriberCounts() {
        undelivered.add(fast);
        undelivered.add(slow);
        deliver(fast, 16);
        deliver(slow, 4);

        assertThat(undelivered.room(16)).isEqualTo(4);
    }

    @Test
    void waitsUntilAnEighthIsFree() {
        undelivered.add(slow);
        deliver(slow, 1);
        assertThat(undelivered.room(16)).isZero();

        deliver(slow, 2);
        assertThat(undelivered.room(16)).isEqualTo(2);
    }

    @Test
    void givesUpWhatDoesNotArriveWithinASecond() {
        undelivered.add(slow);
        undelivered.writeOffWhenStalled(16, 0);
        undelivered.writeOffWhenStalled(16, TimeUnit.MILLISECONDS.toNanos(999));
        assertThat(undelivered.room(16)).isZero();
        assertThat(undelivered.writeOffs()).isZero();

        undelivered.writeOffWhenStalled(16, TimeUnit.MILLISECONDS.toNanos(1_000));

        assertThat(undelivered.room(16)).isEqualTo(16);
        assertThat(undelivered.writeOffs()).isEqualTo(1);
    }

    private static void deliver(SequenceTracker tracker, int upTo) {
        for (int i = 0; i < upTo; i++) {
            tracker.received(i);
        }
        tracker.publishProgress();
    }
}
