package io.magnetar.mqtt.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.mqtt.session.SimulatedOwner;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A keep-alive of 10 s, so that 15 s of silence are too many. */
class KeepAliveTest {
    private record Timer(long atMillis, Runnable task) {}

    private final List<Timer> timers = new ArrayList<>();
    private final SimulatedOwner owner =
            new SimulatedOwner((millis, task) -> timers.add(new Timer(this.millis + millis, task)));
    private long millis = -1_000_000;
    private boolean held;
    private boolean ended;
    private final KeepAlive keepAlive =
            new KeepAlive(owner, 10, 150, () -> held, () -> ended = true, () -> TimeUnit.MILLISECONDS.toNanos(millis));

    KeepAliveTest() {
        keepAlive.start();
    }

    private void pass(int seconds) {
        for (int second = 0; second < seconds; second++) {
            millis += 1_000;
            for (Timer timer : List.copyOf(timers)) {
                if (timer.atMillis() <= millis) {
                    timers.remove(timer);
                    timer.task().run();
                }
            }
            boolean busy = true;
            while (busy) {
                busy = owner.runOne();
            }
        }
    }

    @Test
    void endsAfterOneAndAHalfTimesTheKeepAlive() { // [MQTT-3.1.2-22]
        pass(14);
        assertThat(ended).isFalse();

        pass(1);
        assertThat(ended).isTrue();
    }

    @Test
    void wholePacketsKeepIt() {
        pass(10);
        keepAlive.heard();
        pass(14);
        assertThat(ended).isFalse();

        pass(1);
        assertThat(ended).isTrue();
    }

    @Test
    void aByteNowAndThenDoesNotKeepIt() {
        for (int bytes = 1; bytes <= 15; bytes++) {
            assertThat(ended).isFalse();
            keepAlive.heardPart(bytes);
            pass(1);
        }
        assertThat(ended).isTrue();
    }

    @Test
    void aLargePacketOverASlowLineKeepsItByEvery1024Bytes() {
        for (int bytes = 100; bytes <= 100_000; bytes += 100) {
            keepAlive.heardPart(bytes);
            pass(1);
        }
        assertThat(ended).isFalse();

        pass(15);
        assertThat(ended).isTrue();
    }

    @Test
    void whatHasBeenHeardOfAPacketIsNotHeardAgain() {
        keepAlive.heardPart(1_023);
        pass(10);
        keepAlive.heardPart(1_024);
        for (int i = 0; i < 15; i++) {
            assertThat(ended).isFalse();
            pass(1);
            keepAlive.heardPart(1_025 + i);
        }
        assertThat(ended).isTrue();
    }

    @Test
    void thePacketBehindAWholeOneIsCountedFromItsBegin() {
        keepAlive.heardPart(2_000);
        keepAlive.heard();
        pass(10);
        keepAlive.heardPart(1_024);
        pass(14);
        assertThat(ended).isFalse();
    }

    @Test
    void isNotTheClientsSilenceWhileItIsNotRead() {
        held = true;
        pass(100);
        held = false;
        assertThat(ended).isFalse();

        pass(15);
        assertThat(ended).isTrue();
    }

    @Test
    void endsNothingWhenItIsStopped() {
        keepAlive.stop();
        pass(100);
        assertThat(ended).isFalse();
    }
}
