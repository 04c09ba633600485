package io.magnetar.mqtt.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReadPaceTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** Reads as fast as it may, and returns the messages that were taken in a time. */
    private static long messages(ReadPace pace, int bytes, long seconds) {
        long now = 0;
        long messages = 0;
        while (now < seconds * SECOND) {
            now += pace.took(true, bytes, now);
            messages++;
        }
        return messages;
    }

    @Test
    void holdsAClientToItsMessagesPerSecondAfterOneSecondsBurst() {
        assertThat(messages(new ReadPace(100, 0, 0), 10, 60)).isBetween(6_090L, 6_110L);
        assertThat(messages(new ReadPace(100_000, 0, 0), 10, 10)).isBetween(1_099_000L, 1_102_000L);
        assertThat(messages(new ReadPace(1, 0, 0), 10, 60)).isBetween(60L, 62L);
    }

    @Test
    void holdsAClientToItsBytesPerSecond() {
        assertThat(messages(new ReadPace(0, 1_000_000, 0), 1_000, 60)).isBetween(60_900L, 61_100L);
        assertThat(messages(new ReadPace(0, 1_000, 0), 1_000_000, 2_000)).isBetween(2L, 3L);
    }

    @Test
    void theSlowerOfTwoRatesRules() {
        assertThat(messages(new ReadPace(10, 1_000_000, 0), 10, 60)).isBetween(608L, 612L);
        assertThat(messages(new ReadPace(1_000_000, 100, 0), 10, 60)).isBetween(608L, 612L);
    }

    @Test
    void aClientBelowItsRateNeverWaits() {
        ReadPace pace = new ReadPace(100, 10_000, 0);
        Random random = new Random(7);
        long now = 0;
        for (int i = 0; i < 100_000; i++) {
            now += SECOND / 100 + random.nextInt(1_000);
            assertThat(pace.took(true, 100, now)).isZero();
        }
    }

    @Test
    void whatIsNoMessageCostsBytesOnly() {
        ReadPace pace = new ReadPace(1, 0, 0);
        for (int i = 0; i < 1_000; i++) {
            assertThat(pace.took(false, 100, 0)).isZero();
        }
    }
}
