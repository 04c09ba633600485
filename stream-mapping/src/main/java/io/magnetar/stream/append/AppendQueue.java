package io.magnetar.stream.append;

import io.magnetar.stream.StreamFailure;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a partition: first what has to go out again, then what is new, each in its order.
 *
 * <p>Thread: {@link #add} any; all else in the writer's turns. Bounded by what the appender lets wait altogether.
 */
final class AppendQueue {
    private final Queue<PendingAppend> fresh = new ConcurrentLinkedQueue<>();
    private final ArrayDeque<PendingAppend> again = new ArrayDeque<>();

    void add(PendingAppend append) {
        fresh.add(append);
    }

    /** Puts messages before all others. */
    void addFirst(List<PendingAppend> messages) {
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (!messages.get(i).isAnswered()) {
                again.addFirst(messages.get(i));
            }
        }
    }

    boolean isEmpty() {
        return again.isEmpty() && fresh.isEmpty();
    }

    @Nullable
    PendingAppend peek() {
        PendingAppend first = again.peek();
        return first == null ? fresh.peek() : first;
    }

    void removeFirst() {
        if (again.poll() == null) {
            fresh.remove();
        }
    }

    void answerDue(long nowNanos, StreamFailure late) {
        for (PendingAppend next = peek(); next != null && next.isDue(nowNanos); next = peek()) {
            removeFirst();
            next.answer(late);
        }
    }

    void answerAll(StreamFailure failure) {
        for (PendingAppend next = peek(); next != null; next = peek()) {
            removeFirst();
            next.answer(failure);
        }
    }
}
