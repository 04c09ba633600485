package io.magnetar.mqtt.crash;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** The threads of one broker that are no owner's: a task runs when the simulation says so, in any order, a timer's when it is due. */
public final class SimulatedExecutor extends AbstractExecutorService implements ScheduledExecutorService {
    private final Random random;
    private final VirtualTime time;
    private final List<Runnable> ready = new ArrayList<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::dueMillis).thenComparingLong(Timer::number));
    private long numbers;

    private record Timer(long dueMillis, long number, Runnable task) {}

    public SimulatedExecutor(Random random, VirtualTime time) {
        this.random = random;
        this.time = time;
    }

    /** Runs any of the tasks that may run now. */
    public boolean runOne() {
        while (!timers.isEmpty() && timers.peek().dueMillis() <= time.millis()) {
            ready.add(timers.remove().task());
        }
        if (ready.isEmpty()) {
            return false;
        }
        ready.remove(random.nextInt(ready.size())).run();
        return true;
    }

    void after(long millis, Runnable task) {
        timers.add(new Timer(time.millis() + millis, numbers++, task));
    }

    @Override
    public void execute(Runnable task) {
        ready.add(task);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        after(unit.toMillis(delay), task);
        return new NeverAsked();
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initialDelay, long delay, TimeUnit unit) {
        after(unit.toMillis(initialDelay), () -> {
            task.run();
            var unused = scheduleWithFixedDelay(task, delay, delay, unit);
        });
        return new NeverAsked();
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long initialDelay, long period, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void shutdown() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Runnable> shutdownNow() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    /** What a schedule returns: nobody here waits for it. */
    private static final class NeverAsked extends FutureTask<Object> implements ScheduledFuture<Object> {
        NeverAsked() {
            super(() -> new Object());
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return 0;
        }

        @Override
        public int compareTo(Delayed other) {
            return 0;
        }
    }
}
