package io.magnetar.stream.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.stream.Position;
import io.magnetar.stream.ReplayPace;
import io.magnetar.stream.StreamReaders.StreamMessage;
import io.magnetar.tenancy.Namespace;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PacingTest {
    private static final int LIMIT_MILLIS = 100_000;

    private final Clock clock = new Clock();
    private final AtomicInteger wakes = new AtomicInteger();

    private static final class Clock implements InstantSource {
        private long millis = 1_000_000;

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis);
        }
    }

    private Pacing pacing(double speed, int perSecond, int partitions) {
        return new Pacing(new ReplayPace(speed, perSecond), partitions, clock, wakes::incrementAndGet);
    }

    private static StreamMessage message(int partition, long millis) {
        Message message = new Message(
                "a",
                new byte[0],
                Qos.AT_LEAST_ONCE,
                false,
                MessageProperties.NONE,
                new Publisher(new Namespace("n"), null, null),
                millis * 1_000);
        return new StreamMessage(message, null, partition, Position.START);
    }

    /** How many milliseconds pass until a message may leave. */
    private long passUntil(Pacing pacing, StreamMessage message) {
        long from = clock.millis;
        while (!pacing.leaves(message)) {
            clock.millis++;
            assertThat(clock.millis).as("it leaves").isLessThan(from + LIMIT_MILLIS);
        }
        return clock.millis - from;
    }

    @Test
    void keepsTheGapsDividedByTheSpeed() {
        Pacing pacing = pacing(10, ReplayPace.UNLIMITED, 1);
        StreamMessage first = message(0, 5_000);
        assertThat(pacing.leaves(first))
                .as("the clock begins when all is known")
                .isFalse();
        pacing.hold(first);
        assertThat(wakes).hasValue(1);

        assertThat(passUntil(pacing, first)).isZero();
        assertThat(passUntil(pacing, message(0, 5_000))).isZero();
        assertThat(passUntil(pacing, message(0, 6_000))).isEqualTo(100);
        assertThat(passUntil(pacing, message(0, 5_500)))
                .as("not in the order of time")
                .isZero();
        assertThat(passUntil(pacing, message(0, 106_000))).isEqualTo(10_000);
    }

    @Test
    void slowsDown() {
        Pacing pacing = pacing(0.5, ReplayPace.UNLIMITED, 1);
        pacing.hold(message(0, 0));
        assertThat(passUntil(pacing, message(0, 0))).isZero();
        assertThat(passUntil(pacing, message(0, 100))).isEqualTo(200);
    }

    @Test
    void allPartitionsHaveOneClockThatBeginsWithTheEarliestMessage() {
        Pacing pacing = pacing(1, ReplayPace.UNLIMITED, 3);
        pacing.hold(message(1, 900));
        assertThat(pacing.isBeginning()).isTrue();
        pacing.without(2);
        assertThat(pacing.isBeginning()).isTrue();
        pacing.hold(message(0, 100));
        assertThat(pacing.isBeginning()).isFalse();

        assertThat(pacing.leaves(message(1, 900))).isFalse();
        assertThat(passUntil(pacing, message(0, 100))).isZero();
        assertThat(passUntil(pacing, message(0, 500))).isEqualTo(400);
        assertThat(passUntil(pacing, message(1, 900))).isEqualTo(400);
        assertThat(passUntil(pacing, message(2, 1_000))).isEqualTo(100);
    }

    @Test
    void whatIsLateLeavesAtOnce() {
        Pacing pacing = pacing(10, ReplayPace.UNLIMITED, 1);
        pacing.hold(message(0, 0));
        clock.millis += 5_000;
        assertThat(passUntil(pacing, message(0, 50_000))).isZero();
    }

    @Test
    void beginsWithTheFirstMessageWhenThereIsNone() {
        Pacing pacing = pacing(1, ReplayPace.UNLIMITED, 2);
        pacing.without(0);
        pacing.without(1);
        assertThat(pacing.isBeginning()).isTrue();
        clock.millis += 60_000;
        pacing.hold(message(1, clock.millis));
        assertThat(passUntil(pacing, message(1, clock.millis))).isZero();
        clock.millis += 500;
        assertThat(passUntil(pacing, message(0, clock.millis))).as("live").isZero();
    }

    @Test
    void sendsNoMoreInASecondThanTheRate() {
        for (int rate : new int[] {1, 10, 99, 1_000, 50_000}) {
            Pacing pacing = pacing(Double.POSITIVE_INFINITY, rate, 1);
            List<Long> sent = new ArrayList<>();
            long end = clock.millis + 3_000;
            for (; clock.millis < end; clock.millis++) {
                while (pacing.leaves(message(0, 0))) {
                    sent.add(clock.millis);
                }
            }
            assertThat(sent.size()).as("at %s", rate).isBetween((int) (rate * 2.99), (int) (rate * 3.01) + 1);
            for (int i = 0; i + rate + rate / 100 + 1 < sent.size(); i += 100) {
                assertThat(sent.get(i + rate + rate / 100 + 1) - sent.get(i)).isGreaterThanOrEqualTo(1_000);
            }
        }
    }

    @Test
    void aClockThatIsSetBackHoldsNothingUp() {
        Pacing pacing = pacing(1, 1, 1);
        pacing.hold(message(0, 0));
        assertThat(passUntil(pacing, message(0, 0))).isZero();
        assertThat(pacing.leaves(message(0, 2_000))).isFalse();
        clock.millis -= 3_600_000;
        assertThat(passUntil(pacing, message(0, 2_000))).isEqualTo(2_000);
    }

    @Test
    void anotherPaceHoldsFromThenOn() {
        Pacing pacing = pacing(1, ReplayPace.UNLIMITED, 1);
        pacing.hold(message(0, 0));
        assertThat(passUntil(pacing, message(0, 0))).isZero();
        assertThat(pacing.leaves(message(0, 60_000))).isFalse();

        pacing.change(ReplayPace.MAX);
        assertThat(passUntil(pacing, message(0, 60_000))).isZero();

        pacing.change(new ReplayPace(100, ReplayPace.UNLIMITED));
        assertThat(pacing.isBeginning()).isTrue();
        pacing.hold(message(0, 70_000));
        assertThat(passUntil(pacing, message(0, 70_000))).isZero();
        assertThat(passUntil(pacing, message(0, 80_000))).isEqualTo(100);
    }
}
