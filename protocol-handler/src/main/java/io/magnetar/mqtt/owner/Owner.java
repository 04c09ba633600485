package io.magnetar.mqtt.owner;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * The thread that owns a connection and its session: all that touches them runs as a task of the owner.
 *
 * <p>Thread: any may hand over tasks.
 */
public interface Owner extends Executor {
    /** Hands a task over. Tasks of one thread run in their order; many are run in one go and followed by one flush. */
    @Override
    void execute(Runnable task);

    /** Tells whether the calling thread is the owner's. */
    boolean isCurrentThread();

    /** True while so many tasks wait that those who make more should pause. */
    boolean isCongested();

    /** Runs a task after a delay, unless the owner stops before. */
    void schedule(Runnable task, long delay, TimeUnit unit);
}
