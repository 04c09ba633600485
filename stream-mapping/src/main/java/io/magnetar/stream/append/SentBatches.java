package io.magnetar.stream.append;

import io.magnetar.stream.StreamFailure;
import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * The batches that were given to a log, in their order, until it is known what became of them.
 *
 * <p>A batch in doubt is in the log when the log, opened anew, knows its last sequence id. Only a later batch that was confirmed
 * makes that uncertain: the log knows the highest sequence id, whatever lies below. Such a batch is sent again, for a repetition
 * is allowed and a loss is not.
 *
 * <p>Thread: the writer's turns.
 */
final class SentBatches {
    private final ArrayDeque<Batch> batches = new ArrayDeque<>();

    void add(Batch batch) {
        batches.add(batch);
    }

    boolean isEmpty() {
        return batches.isEmpty();
    }

    /** How many messages the log has not confirmed. */
    int underWay() {
        int messages = 0;
        for (Batch batch : batches) {
            messages += batch.underWay();
        }
        return messages;
    }

    /** The bytes of these. */
    long bytesUnderWay() {
        long bytes = 0;
        for (Batch batch : batches) {
            bytes += batch.underWay() == 0 ? 0 : batch.bytes();
        }
        return bytes;
    }

    void forgetSettled() {
        for (Batch first = batches.peek();
                first != null && first.state() == Batch.State.SETTLED;
                first = batches.peek()) {
            batches.remove();
        }
    }

    /** Whether the first one is in doubt: all before it are settled. */
    boolean hasDoubts() {
        Batch first = batches.peek();
        return first != null && first.state() == Batch.State.IN_DOUBT;
    }

    /** Answers the messages that have waited too long; a batch of them may still reach the log. */
    void answerDue(long nowNanos, StreamFailure late) {
        for (Batch batch : batches) {
            if (!batch.messages().get(0).isDue(nowNanos)) {
                return;
            }
            for (PendingAppend message : batch.messages()) {
                if (message.isDue(nowNanos)) {
                    message.answer(late);
                }
            }
        }
    }

    /**
     * Decides about all batches, of which none is under way any more.
     *
     * @param lastSequence the highest sequence id that the log has
     * @param again gets the messages that the log has not got
     */
    void resolve(long lastSequence, AppendQueue again) {
        boolean laterConfirmed = false;
        for (Iterator<Batch> fromLast = batches.descendingIterator(); fromLast.hasNext(); ) {
            Batch batch = fromLast.next();
            if (batch.state() == Batch.State.SETTLED) {
                laterConfirmed = true;
            } else if (!laterConfirmed && batch.lastSequence() <= lastSequence) {
                batch.messages().forEach(message -> message.answer(null));
            } else {
                again.addFirst(batch.messages());
            }
        }
        batches.clear();
    }

    void answerAll(StreamFailure failure) {
        for (Batch batch : batches) {
            batch.messages().forEach(message -> message.answer(failure));
        }
    }
}
