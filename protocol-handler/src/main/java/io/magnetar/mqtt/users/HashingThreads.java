package io.magnetar.mqtt.users;

import io.magnetar.mqtt.auth.OverloadedException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The threads that hash passwords: half as many as there are processors, so that a storm of connects leaves live traffic its own. What
 * waits longer than its client may is not done any more.
 *
 * <p>Thread: any.
 */
public final class HashingThreads {
    private static final int PROCESSORS_PER_THREAD = 2;

    private final ThreadPoolExecutor executor;
    private final LongSupplier nanos;
    private final long patienceNanos;

    /**
     * @param maxWaiting how many wait
     * @param patienceMillis how long one waits
     * @param nanos a time that only rises, in nanoseconds
     */
    public HashingThreads(int maxWaiting, long patienceMillis, LongSupplier nanos) {
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / PROCESSORS_PER_THREAD);
        this.nanos = nanos;
        this.patienceNanos = TimeUnit.MILLISECONDS.toNanos(patienceMillis);
        this.executor = new ThreadPoolExecutor(
                threads, threads, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(maxWaiting), task -> {
                    Thread thread = new Thread(task, "magnetar-passwords");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    /** Hashes; fails with an {@link OverloadedException} when too much waits. Never throws. */
    <T> CompletableFuture<T> hash(Supplier<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        long askedNanos = nanos.getAsLong();
        try {
            executor.execute(() -> {
                if (nanos.getAsLong() - askedNanos > patienceNanos) {
                    done.completeExceptionally(
                            new TimeoutException("it waited too long for its password to be hashed"));
                    return;
                }
                try {
                    done.complete(work.get());
                } catch (RuntimeException e) {
                    done.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(new OverloadedException("too many passwords wait to be hashed"));
        }
        return done;
    }

    /** What waits is not done. */
    public void close() {
        executor.shutdownNow();
    }
}
