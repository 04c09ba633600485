package io.magnetar.mqtt.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RatesMeterTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long LATE = Long.MAX_VALUE - 5 * SECOND;

    private static Rates rates(Rate messages, Rate bytes) {
        return new Rates(messages, bytes);
    }

    /** Reads as fast as it may, and returns the messages that were taken in a time; the clock runs over meanwhile. */
    private static long messages(Rates rates, int bytes, long seconds) {
        RatesMeter meter = new RatesMeter(rates, LATE);
        long elapsed = 0;
        long messages = 0;
        while (elapsed < seconds * SECOND) {
            long wait = meter.waitNanos(LATE + elapsed);
            if (wait > 0) {
                elapsed += wait;
            } else {
                meter.take(true, bytes, LATE + elapsed);
                messages++;
            }
        }
        return messages;
    }

    @Test
    void holdsToMessagesPerSecondAfterTheBurst() {
        assertThat(messages(rates(Rate.of(100), Rate.UNLIMITED), 10, 60)).isEqualTo(6_099);
        assertThat(messages(rates(new Rate(100, 7), Rate.UNLIMITED), 10, 60)).isEqualTo(6_006);
        assertThat(messages(rates(Rate.of(1), Rate.UNLIMITED), 10, 60)).isEqualTo(60);
        assertThat(messages(rates(Rate.of(100_000), Rate.UNLIMITED), 10, 10)).isEqualTo(1_099_999);
    }

    @Test
    void holdsToBytesPerSecond() {
        assertThat(messages(rates(Rate.UNLIMITED, Rate.of(1_000_000)), 1_000, 60))
                .isBetween(60_900L, 61_100L);
        assertThat(messages(rates(Rate.UNLIMITED, Rate.of(1_000)), 1_000_000, 2_000))
                .isBetween(2L, 3L);
    }

    @Test
    void theSlowerOfTwoRatesRules() {
        assertThat(messages(rates(Rate.of(10), Rate.of(1_000_000)), 10, 60)).isEqualTo(609);
        assertThat(messages(rates(Rate.of(1_000_000), Rate.of(100)), 10, 60)).isBetween(608L, 612L);
    }

    @Test
    void whoIsBelowTheRateNeverWaits() {
        RatesMeter meter = new RatesMeter(rates(Rate.of(100), Rate.of(10_000)), LATE);
        Random random = new Random(7);
        long now = LATE;
        for (int i = 0; i < 100_000; i++) {
            now += SECOND / 100 + random.nextInt(1_000);
            assertThat(meter.waitNanos(now)).isZero();
            meter.take(true, 100, now);
        }
    }

    @Test
    void whatIsNoMessageCostsBytesOnly() {
        RatesMeter meter = new RatesMeter(rates(Rate.of(1), Rate.UNLIMITED), 0);
        for (int i = 0; i < 1_000; i++) {
            meter.take(false, 100, 0);
        }
        assertThat(meter.waitNanos(0)).isZero();
    }

    @Test
    void noMoreIsTakenThanThereIsHoweverManyTakeAtOnce() throws Exception {
        Rate rate = new Rate(1_000, 5_000);
        RateMeter meter = new RateMeter(rate, 0);
        AtomicLong now = new AtomicLong();
        AtomicLong taken = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                running.add(threads.submit(() -> {
                    while (now.get() < 10 * SECOND) {
                        if (meter.tryTake(rate, 1, now.addAndGet(1_000))) {
                            taken.incrementAndGet();
                        }
                    }
                }));
            }
            for (Future<?> one : running) {
                one.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(taken.get()).isBetween(14_990L, 15_001L);
    }

    @Test
    void nobodySavesMoreThanADay() {
        Rate rate = new Rate(1, Rate.MOST);
        RateMeter meter = new RateMeter(rate, LATE);
        long most = TimeUnit.DAYS.toSeconds(1);
        assertThat(meter.tryTake(rate, most, LATE + 7)).isTrue();
        assertThat(meter.tryTake(rate, 1, LATE + 8)).isFalse();
    }
}
