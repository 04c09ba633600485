package io.magnetar.mqtt.namespace;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a few tasks run at once; the others wait in their order.
 *
 * <p>Thread: any; a task begins on a thread that gives one or that ends one.
 */
final class Turnstile {
    private final int most;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int running;
    /** A thread begins tasks; others leave theirs to it. */
    private boolean beginning;

    Turnstile(int most) {
        this.most = most;
    }

    /** Runs a task when its turn has come. */
    <T> CompletableFuture<T> pass(Supplier<CompletableFuture<T>> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        enqueue(() -> {
            var unused = task.get().whenComplete((done, failure) -> {
                ended();
                beginThoseWhoMay();
                if (failure == null) {
                    result.complete(done);
                } else {
                    result.completeExceptionally(failure);
                }
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
