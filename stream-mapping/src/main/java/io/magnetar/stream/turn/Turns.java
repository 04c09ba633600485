package io.magnetar.stream.turn;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One owner's turns on a shared executor: never two at once, and one after every {@link #take}. State that only turns touch
 * needs no lock.
 *
 * <p>Thread: any.
 */
public final class Turns {
    private static final Logger LOG = LoggerFactory.getLogger(Turns.class);

    private final Executor executor;
    private final Runnable turn;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger wanted = new AtomicInteger();

    /** @param turn what the owner does in each turn */
    public Turns(Executor executor, Runnable turn) {
        this.executor = executor;
        this.turn = turn;
    }

    /** Asks for a turn. One turn may answer several calls. */
    public void take() {
        if (wanted.getAndIncrement() == 0) {
            execute();
        }
    }

    /** Runs a task at the begin of a turn, in the order of these calls. */
    public void take(Runnable task) {
        tasks.add(task);
        take();
    }

    private void execute() {
        try {
            executor.execute(this::run);
        } catch (RejectedExecutionException e) {
            LOG.debug("No more turns: the executor has ended");
        }
    }

    /** One turn, with what was asked for before it; the next one queues behind the turns of other owners. */
    private void run() {
        int answered = wanted.get();
        for (int run = 0; run < answered; run++) {
            Runnable task = tasks.poll();
            if (task == null) {
                break;
            }
            run(task);
        }
        run(turn);
        if (wanted.addAndGet(-answered) != 0) {
            execute();
        }
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            LOG.error("A turn failed", e);
        }
    }
}
