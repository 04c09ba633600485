package io.magnetar.sink.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void doublesUpToItsLimitWithJitter() {
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
        Random random = new Random(1);

        for (int failures = 1; failures < 100; failures++) {
            long whole = Math.min(5_000, 100L << Math.min(failures - 1, 20));
            assertThat(backoff.after(failures, random).toMillis()).isBetween(whole / 2, whole);
        }
    }
}
