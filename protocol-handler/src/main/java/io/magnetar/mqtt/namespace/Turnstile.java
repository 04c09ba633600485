package io.magnetar.mqtt.namespace;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a few tasks run at once; the others wait in their order. One that takes long goes on, and is not counted any more.
 *
 * <p>Thread: any; a task begins on a thread that gives one or that ends one.
 */
final class Turnstile {
    private final int most;
    private final long countedMillis;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int running;
    /** A thread begins tasks; others leave theirs to it. */
    private boolean beginning;

    /** @param countedMillis how long a task keeps others waiting at most */
    Turnstile(int most, long countedMillis) {
        this.most = most;
        this.countedMillis = countedMillis;
    }

    /** Runs a task when its turn has come. */
    <T> CompletableFuture<T> pass(Supplier<CompletableFuture<T>> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        enqueue(() -> {
            CompletableFuture<T> running = task.get();
            var unused = running.handle((done, failure) -> true)
                    .completeOnTimeout(false, countedMillis, TimeUnit.MILLISECONDS)
                    .thenRun(() -> {
                        ended();
                        beginThoseWhoMay();
                    });
            unused = running.handle((done, failure) -> {
                if (failure == null) {
                    result.complete(done);
                } else {
                    result.completeExceptionally(failure);
                }
                return null;
            });
        });
        beginThoseWhoMay();
        return result;
    }

    private void beginThoseWhoMay() {
        if (takeOverBeginning()) {
            for (Runnable next = next(); next != null; next = next()) {
                next.run();
            }
        }
    }

    private synchronized void enqueue(Runnable task) {
        waiting.add(task);
    }

    private synchronized void ended() {
        running--;
    }

    private synchronized boolean takeOverBeginning() {
        boolean taken = !beginning;
        beginning = true;
        return taken;
    }

    private synchronized @Nullable Runnable next() {
        if (running < most && !waiting.isEmpty()) {
            running++;
            return waiting.poll();
        }
        beginning = false;
        return null;
    }
}
