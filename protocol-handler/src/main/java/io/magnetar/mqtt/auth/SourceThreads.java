package io.magnetar.mqtt.auth;

import io.magnetar.tenancy.Namespace;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Does what blocks, or takes long, on a few threads of its own, so that event loops do not. What has waited for longer than its answer
 * is worth is not begun; threads that have nothing to do end. Namespaces have their turns: the clients of one do not wait for all those of
 * another.
 *
 * <p>Thread: any.
 */
public final class SourceThreads implements AutoCloseable {
    private static final int MAX_WAITING = 16_384;
    private static final long IDLE_SECONDS = 30;

    private final String name;
    private final long timeoutMillis;
    private final ThreadPoolExecutor threads;
    private final FairTurns turns;

    /**
     * @param name what the threads are called, behind {@code magnetar-}
     * @param timeoutMillis how long an answer may take, with the time that it waits for a thread
     */
    public SourceThreads(String name, int threads, long timeoutMillis) {
        this.name = name;
        this.timeoutMillis = timeoutMillis;
        AtomicInteger number = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "magnetar-" + name + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        this.threads.allowCoreThreadTimeOut(true);
        this.turns = new FairTurns(this.threads, MAX_WAITING);
    }

    /**
     * Asks on one of the threads. Never throws; fails when the answer does not come in time, or when too much waits already.
     *
     * @param whose the namespace of the client that it is about, null when that is not known
     */
    public <T> CompletableFuture<T> ask(@Nullable Namespace whose, Callable<T> question) {
        return begin(whose, answer -> answer.complete(question.call()));
    }

    /** The same, where the answer may come later. */
    public <T> CompletableFuture<T> askForFuture(@Nullable Namespace whose, Callable<CompletableFuture<T>> question) {
        return begin(whose, answer -> {
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

    private <T> CompletableFuture<T> begin(@Nullable Namespace whose, Question<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<T>().orTimeout(timeoutMillis, TimeUnit.MILLISECONDS);
        if (!turns.add(whose, () -> run(question, answer))) {
            answer.completeExceptionally(
                    new RejectedExecutionException(name + ": closed, or too many of " + MAX_WAITING + " places taken"));
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
