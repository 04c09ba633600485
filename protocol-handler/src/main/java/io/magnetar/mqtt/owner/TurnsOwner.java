package io.magnetar.mqtt.owner;

import io.magnetar.stream.turn.Turns;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An owner of what belongs to no connection: its tasks run one after the other on a shared executor.
 *
 * <p>Thread: any may hand over tasks.
 */
public final class TurnsOwner implements Owner {
    private static final int CONGESTED_TASKS = 8_192;

    private final ScheduledExecutorService executor;
    private final Turns turns;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile @Nullable Thread running;

    public TurnsOwner(ScheduledExecutorService executor) {
        this.executor = executor;
        this.turns = new Turns(executor, () -> {});
    }

    @Override
    public void execute(Runnable task) {
        waiting.incrementAndGet();
        turns.take(() -> {
            waiting.decrementAndGet();
            running = Thread.currentThread();
            try {
                task.run();
            } finally {
                running = null;
            }
        });
    }

    @Override
    public boolean isCurrentThread() {
        return Thread.currentThread().equals(running);
    }

    @Override
    public boolean isCongested() {
        return waiting.get() > CONGESTED_TASKS;
    }

    @Override
    public void schedule(Runnable task, long delay, TimeUnit unit) {
        if (!executor.isShutdown()) {
            var unused = executor.schedule(() -> execute(task), delay, unit);
        }
    }
}
