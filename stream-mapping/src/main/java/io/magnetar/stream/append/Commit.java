package io.magnetar.stream.append;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The batches of a partition that go out together.
 *
 * <p>Thread: the writer's turn opens and seals it; batches are settled on any.
 */
final class Commit {
    private final Runnable onEnd;
    /** Batches under way, and one for a commit that is not sealed yet. */
    private final AtomicInteger open = new AtomicInteger(1);

    /** @param onEnd called once, when the commit is sealed and all its batches are settled */
    Commit(Runnable onEnd) {
        this.onEnd = onEnd;
    }

    void sending() {
        open.incrementAndGet();
    }

    void settled() {
        close();
    }

    /** No more batches belong to it. */
    void seal() {
        close();
    }

    private void close() {
        if (open.decrementAndGet() == 0) {
            onEnd.run();
        }
    }
}
