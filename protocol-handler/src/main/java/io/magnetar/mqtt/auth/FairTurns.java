package io.magnetar.mqtt.auth;

import io.magnetar.tenancy.Namespace;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a few threads, in a line for each namespace. The lines are served in turn: who stands in a long one waits for its own, and
 * not for the clients of others. Lines share their places as {@link FairPlaces} do.
 *
 * <p>Thread: any; holds its lock for a few steps.
 */
public final class FairTurns {
    private final Executor threads;
    private final int places;
    private final Map<Optional<Namespace>, ArrayDeque<Runnable>> lines = new HashMap<>();
    private final ArrayDeque<Optional<Namespace>> turns = new ArrayDeque<>();
    private int waiting;

    /**
     * @param threads take as many tasks as there are places
     * @param places how many tasks wait
     */
    public FairTurns(Executor threads, int places) {
        this.threads = threads;
        this.places = places;
    }

    /**
     * Has a task run when its turn has come.
     *
     * @param whose null for no namespace, which has a line as well
     * @return false when too many wait, or the threads take nothing any more
     */
    public boolean add(@Nullable Namespace whose, Runnable task) {
        Optional<Namespace> line = Optional.ofNullable(whose);
        synchronized (this) {
            ArrayDeque<Runnable> before = lines.get(line);
            if (!FairPlaces.mayTake(before == null ? 0 : before.size(), waiting, places)) {
                return false;
            }
            if (before == null) {
                before = new ArrayDeque<>();
                lines.put(line, before);
                turns.add(line);
            }
            before.add(task);
            waiting++;
        }
        try {
            threads.execute(this::runNext);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private void runNext() {
        Runnable next = next();
        if (next != null) {
            next.run();
        }
    }

    private synchronized @Nullable Runnable next() {
        Optional<Namespace> line = turns.poll();
        ArrayDeque<Runnable> tasks = line == null ? null : lines.get(line);
        Runnable next = tasks == null ? null : tasks.poll();
        if (line == null || tasks == null || next == null) {
            return null;
        }
        waiting--;
        if (tasks.isEmpty()) {
            lines.remove(line);
        } else {
            turns.add(line);
        }
        return next;
    }
}
