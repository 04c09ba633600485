package io.magnetar.sink.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Gathers items into batches and hands them, one batch at a time and in order, to a flush on a thread of its own. While one
 * batch is on its way the next one fills; when that is full as well, {@link #add} waits. So memory holds two batches at most.
 *
 * <p>Thread: any; the lock guards all fields.
 */
public final class Batcher<T> implements AutoCloseable {
    private final BatchLimits limits;
    private final Flush<T> flush;
    private final Thread worker;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    private List<T> filling = new ArrayList<>();
    private long fillingBytes;
    private long fillingSinceNanos;
    /** Items that do not fit: the batch is as full as it gets. */
    private int waitingForRoom;

    private boolean underWay;
    private boolean flushNow;
    private boolean closed;
    private @Nullable Throwable failure;

    /** Takes a batch; returns when the destination has all of it, and has acknowledged its records. */
    @FunctionalInterface
    public interface Flush<T> {
        /**
         * @throws PermanentFailure when the destination refuses the batch as a whole; the sink then takes no more
         */
        void flush(List<T> batch) throws PermanentFailure, InterruptedException;
    }

    /**
     * @param name of its thread
     */
    public Batcher(String name, BatchLimits limits, Flush<T> flush) {
        this.limits = limits;
        this.flush = flush;
        worker = new Thread(this::work, name);
        worker.setDaemon(true);
        // A connector's classes are in a loader that only the thread's context knows.
        worker.setContextClassLoader(Thread.currentThread().getContextClassLoader());
        worker.start();
    }

    /**
     * Adds an item; waits while there is no room.
     *
     * @throws PermanentFailure when an earlier batch failed for good
     */
    public void add(T item, long bytes) throws PermanentFailure, InterruptedException {
        lock.lockInterruptibly();
        try {
            waitForRoom(bytes);
            refuseWhenOver();
            if (filling.isEmpty()) {
                fillingSinceNanos = System.nanoTime();
            }
            filling.add(item);
            fillingBytes += bytes;
            // Nobody waits for the items in between, and waking a thread costs more than making one.
            if (filling.size() == 1 || isFull()) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void waitForRoom(long bytes) throws InterruptedException {
        waitingForRoom++;
        try {
            while (failure == null && !closed && !fits(bytes)) {
                changed.signalAll();
                changed.await();
            }
        } finally {
            waitingForRoom--;
        }
    }

    private boolean fits(long bytes) {
        return filling.isEmpty() || (filling.size() < limits.maxItems() && fillingBytes + bytes <= limits.maxBytes());
    }

    /**
     * Sends what there is and waits until the destination has it.
     *
     * @return whether it has
     */
    public boolean flush(Duration patience) throws PermanentFailure, InterruptedException {
        lock.lockInterruptibly();
        try {
            flushNow = true;
            changed.signalAll();
            long left = patience.toNanos();
            while (failure == null && !closed && left > 0 && (underWay || !filling.isEmpty())) {
                left = changed.awaitNanos(left);
            }
            refuseWhenOver();
            return !underWay && filling.isEmpty();
        } finally {
            flushNow = false;
            lock.unlock();
        }
    }

    private void refuseWhenOver() throws PermanentFailure {
        if (failure instanceof PermanentFailure permanent) {
            throw new PermanentFailure(permanent.reason());
        }
        if (failure != null) {
            throw new IllegalStateException("an earlier batch failed", failure);
        }
        if (closed) {
            throw new IllegalStateException("the sink is closed");
        }
    }

    private void work() {
        try {
            while (true) {
                List<T> batch = next();
                if (batch.isEmpty()) {
                    return;
                }
                flush.flush(batch);
                done();
            }
        } catch (InterruptedException e) {
            // close() interrupts; what is left comes again from Pulsar.
            fail(e);
        } catch (Exception | Error e) {
            fail(e);
        }
    }

    /** Waits for a batch that is to go; empty when the batcher is closed. */
    private List<T> next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed && !isDue()) {
                if (filling.isEmpty()) {
                    changed.await();
                } else {
                    changed.awaitNanos(fillingSinceNanos + limits.maxDelay().toNanos() - System.nanoTime());
                }
            }
            if (closed) {
                return List.of();
            }
            List<T> batch = filling;
            filling = new ArrayList<>();
            fillingBytes = 0;
            underWay = true;
            changed.signalAll();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private boolean isDue() {
        return !filling.isEmpty()
                && (flushNow
                        || isFull()
                        || waitingForRoom > 0
                        || System.nanoTime() - fillingSinceNanos
                                >= limits.maxDelay().toNanos());
    }

    private boolean isFull() {
        return filling.size() >= limits.maxItems() || fillingBytes >= limits.maxBytes();
    }

    private void done() {
        lock.lock();
        try {
            underWay = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void fail(Throwable reason) {
        lock.lock();
        try {
            failure = reason;
            underWay = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the thread without sending what is left: call {@link #flush(Duration)} before. Waits up to ten seconds for a batch that is
     * on its way.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        worker.interrupt();
        try {
            worker.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
