package io.magnetar.mqtt.auth;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Does what blocks, or takes long, on a few threads of its own, so that event loops do not. What has waited for longer than its answer
 * is worth is not begun; threads that have nothing to do end.
 *
 * <p>Thread: any.
 */
public final class SourceThreads implements AutoCloseable {
    private static final int MAX_WAITING = 16_384;
    private static final long IDLE_SECONDS = 30;

    private final String name;
    private final long timeoutMillis;
    private final ThreadPoolExecutor threads;

    /**
     * @param name what the threads are called, behind {@code magnetar-}
     * @param timeoutMillis how long an answer may take, with the time that it waits for a thread
     */
    public SourceThreads(String name, int threads, long timeoutMillis) {
        this.name = name;
        this.timeoutMillis = timeoutMillis;
        AtomicInteger number = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_WAITING), task -> {
                    Thread thread = new Thread(task, "magnetar-" + name + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        this.threads.allowCoreThreadTimeOut(true);
    }

    /** Asks on one of the threads. Never throws; fails when the answer does not come in time, or when too much waits already. */
    public <T> CompletableFuture<T> ask(Callable<T> question) {
        return begin(answer -> answer.complete(question.call()));
    }

    /** The same, where the answer may come later. */
    public <T> CompletableFuture<T> askForFuture(Callable<CompletableFuture<T>> question) {
        return begin(answer -> {
            var unused = question.call().whenComplete((told, failure) -> {
                if (failure == null) {
                    answer.complete(told);
                } else {
                    answer.completeExceptionally(failure);
                }
            });
        });
    }

    /** Asks, and sees to it that the answer is completed. */
    private interface Question<T> {
        void ask(CompletableFuture<T> answer) throws Exception;
    }

    private <T> CompletableFuture<T> begin(Question<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<T>().orTimeout(timeoutMillis, TimeUnit.MILLISECONDS);
        try {
            threads.execute(() -> run(question, answer));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(
                    new RejectedExecutionException(name + ": closed, or " + MAX_WAITING + " clients wait already"));
        }
        return answer;
    }

    private static <T> void run(Question<T> question, CompletableFuture<T> answer) {
        if (answer.isDone()) {
            return;
        }
        try {
            question.ask(answer);
        } catch (Exception | Error e) {
            answer.completeExceptionally(e);
        }
    }

    /** Begins nothing more. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
