package io.magnetar.stream.append;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The messages of a partition that are confirmed together.
 *
 * <p>Thread: the writer's turn opens and seals it; confirmations come on any.
 */
final class Commit {
    private final Runnable onEnd;
    /** Unanswered messages, and one for a commit that is not sealed yet. */
    private final AtomicInteger open = new AtomicInteger(1);

    /** @param onEnd called once, when the commit is sealed and all its messages are answered */
    Commit(Runnable onEnd) {
        this.onEnd = onEnd;
    }

    void sending() {
        open.incrementAndGet();
    }

    void answered() {
        close();
    }

    /** No more messages belong to it. */
    void seal() {
        close();
    }

    private void close() {
        if (open.decrementAndGet() == 0) {
            onEnd.run();
        }
    }
}
