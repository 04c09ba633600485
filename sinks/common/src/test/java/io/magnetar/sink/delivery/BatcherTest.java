package io.magnetar.sink.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BatcherTest {
    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final BlockingQueue<List<Integer>> flushed = new LinkedBlockingQueue<>();
    private final Semaphore destination = new Semaphore(1_000);

    private Batcher<Integer> batcher(int items, long bytes, Duration delay) {
        return new Batcher<>("batcher", new BatchLimits(items, bytes, delay), batch -> {
            destination.acquire();
            flushed.add(batch);
        });
    }

    @Test
    void flushesByCountInOrder() throws Exception {
        try (Batcher<Integer> batcher = batcher(3, 1_000, NEVER)) {
            for (int i = 0; i < 6; i++) {
                batcher.add(i, 1);
            }
            assertThat(flushed.take()).containsExactly(0, 1, 2);
            assertThat(flushed.take()).containsExactly(3, 4, 5);
        }
    }

    @Test
    void flushesByBytesAndLetsALargeItemGoAlone() throws Exception {
        try (Batcher<Integer> batcher = batcher(1_000, 10, NEVER)) {
            batcher.add(1, 6);
            batcher.add(2, 6);
            batcher.add(3, 50);
            batcher.flush(LONG);
        }
        assertThat(flushed).containsExactly(List.of(1), List.of(2), List.of(3));
    }

    @Test
    void flushesByTime() throws Exception {
        try (Batcher<Integer> batcher = batcher(1_000, 1_000, Duration.ofMillis(20))) {
            batcher.add(1, 1);
            assertThat(flushed.take()).containsExactly(1);
        }
    }

    @Test
    void holdsTheCallerBackWhileTheDestinationIsSlow() throws Exception {
        destination.drainPermits();
        try (Batcher<Integer> batcher = batcher(2, 1_000, NEVER)) {
            CompletableFuture<Void> fifth = new CompletableFuture<>();
            Thread writer = new Thread(() -> {
                try {
                    for (int i = 1; i <= 5; i++) {
                        batcher.add(i, 1);
                    }
                    fifth.complete(null);
                } catch (Exception e) {
                    fifth.completeExceptionally(e);
                }
            });
            writer.start();
            while (writer.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            assertThat(fifth).isNotDone();

            destination.release(2);
            fifth.get(10, TimeUnit.SECONDS);
            assertThat(flushed.take()).containsExactly(1, 2);
            assertThat(flushed.take()).containsExactly(3, 4);
        }
    }

    @Test
    void tellsTheCallerThatABatchFailedForGood() throws Exception {
        try (Batcher<Integer> batcher = new Batcher<>("batcher", new BatchLimits(1, 1, NEVER), batch -> {
            throw new PermanentFailure("no such bucket");
        })) {
            batcher.add(1, 1);
            assertThat(catchThrowable(() -> batcher.flush(LONG)))
                    .isInstanceOf(PermanentFailure.class)
                    .hasMessage("no such bucket");
            assertThat(catchThrowable(() -> batcher.add(2, 1))).isInstanceOf(PermanentFailure.class);
        }
    }

    @Test
    void flushesWhatThereIsWhenAsked() throws Exception {
        try (Batcher<Integer> batcher = batcher(1_000, 1_000, NEVER)) {
            assertThat(batcher.flush(LONG)).isTrue();
            batcher.add(1, 1);
            assertThat(batcher.flush(LONG)).isTrue();
            assertThat(flushed).containsExactly(List.of(1));
        }
    }

    @Test
    void saysThatABatchIsStillOnItsWay() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (Batcher<Integer> batcher =
                new Batcher<>("batcher", new BatchLimits(1, 1, NEVER), batch -> answer.await())) {
            batcher.add(1, 1);
            assertThat(batcher.flush(Duration.ofMillis(10))).isFalse();
            answer.countDown();
            assertThat(batcher.flush(LONG)).isTrue();
        }
    }
}
