package io.magnetar.mqtt.users;

import io.magnetar.mqtt.auth.FairTurns;
import io.magnetar.mqtt.auth.OverloadedException;
import io.magnetar.tenancy.Namespace;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads that hash passwords: half as many as there are processors, so that a storm of connects leaves live traffic its own. What
 * waits longer than its client may is not done any more. Namespaces have their turns, so that a storm in one of them makes its own clients wait,
 * and not those of the others.
 *
 * <p>Thread: any.
 */
public final class HashingThreads {
    private static final int PROCESSORS_PER_THREAD = 2;

    private final ThreadPoolExecutor executor;
    private final FairTurns turns;
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
        this.executor =
                new ThreadPoolExecutor(threads, threads, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "magnetar-passwords");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        this.turns = new FairTurns(executor, maxWaiting);
    }

    /**
     * Hashes; fails with an {@link OverloadedException} when too much waits. Never throws.
     *
     * @param whose the namespace of the user, or null
     */
    <T> CompletableFuture<T> hash(@Nullable Namespace whose, Supplier<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        long askedNanos = nanos.getAsLong();
        boolean waits = turns.add(whose, () -> {
            if (nanos.getAsLong() - askedNanos > patienceNanos) {
                done.completeExceptionally(new TimeoutException("it waited too long for its password to be hashed"));
                return;
            }
            try {
                done.complete(work.get());
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        if (!waits) {
            done.completeExceptionally(new OverloadedException("too many passwords wait to be hashed"));
        }
        return done;
    }

    /** What waits is not done. */
    public void close() {
        executor.shutdownNow();
    }
}
