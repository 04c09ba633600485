package io.magnetar.stream.append;

import io.magnetar.stream.StreamFailure;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Messages that go into a partition as one entry, with sequence ids that follow one another.
 *
 * <pre>
 *   UNDER_WAY -> SETTLED    every message is answered
 *             -> IN_DOUBT   the log has failed, and whether it has the messages is found out when it is opened anew
 * </pre>
 *
 * <p>Thread: settled on any; all else in the writer's turns.
 */
final class Batch {
    /** How far it is. */
    enum State {
        UNDER_WAY,
        SETTLED,
        IN_DOUBT
    }

    private final List<PendingAppend> messages;
    private final byte @Nullable [] orderingKey;
    private final long firstSequence;
    private final Commit commit;
    private final AtomicInteger unanswered;
    private volatile State state = State.UNDER_WAY;

    /** @param messages at least one; not changed any more */
    Batch(List<PendingAppend> messages, byte @Nullable [] orderingKey, long firstSequence, Commit commit) {
        this.messages = messages;
        this.orderingKey = orderingKey;
        this.firstSequence = firstSequence;
        this.commit = commit;
        this.unanswered = new AtomicInteger(messages.size());
    }

    List<PendingAppend> messages() {
        return messages;
    }

    byte @Nullable [] orderingKey() {
        return orderingKey;
    }

    long firstSequence() {
        return firstSequence;
    }

    long lastSequence() {
        return firstSequence + messages.size() - 1;
    }

    State state() {
        return state;
    }

    /** Answers one message of several that the log answers each for itself. */
    void answer(PendingAppend message, @Nullable StreamFailure failure) {
        message.answer(failure);
        if (unanswered.decrementAndGet() == 0) {
            measure(failure);
            settle(State.SETTLED);
        }
    }

    /** Answers all messages at once. */
    void answer(@Nullable StreamFailure failure) {
        for (PendingAppend message : messages) {
            message.answer(failure);
        }
        measure(failure);
        settle(State.SETTLED);
    }

    /** The first message has waited longest. A refusal at once would look like a fast log. */
    private void measure(@Nullable StreamFailure failure) {
        if (failure == null) {
            messages.get(0).measure();
        }
    }

    /** About what it takes in the log. */
    long bytes() {
        long bytes = 0;
        for (PendingAppend message : messages) {
            bytes += message.bytes();
        }
        return bytes;
    }

    /** How many messages are not answered yet; all of them until the log answers, where it answers for all at once. */
    int underWay() {
        return state == State.SETTLED ? 0 : messages.size();
    }

    /** The log has failed, and nobody can tell yet whether it has the messages. */
    void doubt() {
        settle(State.IN_DOUBT);
    }

    private void settle(State next) {
        state = next;
        commit.settled();
    }
}
