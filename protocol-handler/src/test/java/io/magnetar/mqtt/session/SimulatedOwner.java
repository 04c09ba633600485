package io.magnetar.mqtt.session;

import io.magnetar.mqtt.owner.Owner;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/** An owner whose tasks run when the simulation says so. There is one thread, and it is {@code current}'s. */
public final class SimulatedOwner implements Owner {
    /** Runs a task when so many milliseconds have passed. */
    public interface Timer {
        void after(long millis, Runnable task);
    }

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final Timer timer;
    private boolean current;

    /** No time passes: what is scheduled is the next task. */
    public SimulatedOwner() {
        this.timer = (millis, task) -> task.run();
    }

    /** Time passes as the timer says. */
    public SimulatedOwner(Timer timer) {
        this.timer = timer;
    }

    /** Runs one task as this owner. */
    public void runAs(Runnable task) {
        current = true;
        try {
            task.run();
        } finally {
            current = false;
        }
    }

    /** Runs the oldest task, if there is one. */
    public boolean runOne() {
        Runnable task = tasks.poll();
        if (task == null) {
            return false;
        }
        runAs(task);
        return true;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public boolean isCurrentThread() {
        return current;
    }

    @Override
    public boolean isCongested() {
        return false;
    }

    @Override
    public void schedule(Runnable task, long delay, TimeUnit unit) {
        timer.after(unit.toMillis(delay), () -> tasks.add(task));
    }
}
