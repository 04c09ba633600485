package io.magnetar.mqtt.users;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.mqtt.auth.OverloadedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HashingThreadsTest {
    private static final int PLACES = 4;
    /** Those of one namespace alone. */
    private static final int WAITING = 3;

    private final AtomicLong nanos = new AtomicLong();
    private final HashingThreads threads = new HashingThreads(PLACES, 1_000, nanos::get);

    @AfterEach
    void stop() {
        threads.close();
    }

    @Test
    void whatIsTooMuchOrWaitsTooLongIsNotHashed() throws Exception {
        int running = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        CountDownLatch begun = new CountDownLatch(running);
        CountDownLatch released = new CountDownLatch(1);
        List<CompletableFuture<Integer>> hashed = new ArrayList<>();
        for (int i = 0; i < running; i++) {
            hashed.add(threads.hash(null, () -> {
                begun.countDown();
                await(released);
                return 1;
            }));
        }
        await(begun);
        List<CompletableFuture<Integer>> waiting = new ArrayList<>();
        for (int i = 0; i < WAITING; i++) {
            waiting.add(threads.hash(null, () -> 2));
        }

        assertThat(threads.hash(null, () -> 3))
                .failsWithin(0, TimeUnit.MILLISECONDS)
                .withThrowableThat()
                .withCauseInstanceOf(OverloadedException.class);
        nanos.set(TimeUnit.SECONDS.toNanos(2));
        released.countDown();

        for (CompletableFuture<Integer> one : hashed) {
            assertThat(one).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(1);
        }
        for (CompletableFuture<Integer> one : waiting) {
            assertThat(one)
                    .failsWithin(10, TimeUnit.SECONDS)
                    .withThrowableThat()
                    .withCauseInstanceOf(TimeoutException.class);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
