package io.magnetar.stream.append;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Sorts the messages of a commit into batches, one per ordering bucket, or a single one where there are no buckets.
 *
 * <p>Thread: the writer's turns.
 */
final class BatchMaker {
    private final byte[][] orderingKeys;
    /** The messages of each bucket; the lists go on into the batches. */
    private final List<List<PendingAppend>> buckets = new ArrayList<>();

    /** @param orderingKeys of the buckets; none for plain batches */
    BatchMaker(byte[][] orderingKeys) {
        this.orderingKeys = orderingKeys;
        for (int i = 0; i < Math.max(1, orderingKeys.length); i++) {
            buckets.add(new ArrayList<>());
        }
    }

    /** Takes messages from the queue, at least one where there is one. */
    void fill(AppendQueue queue, int maxMessages, long maxBytes) {
        long bytes = 0;
        for (int count = 0; count < maxMessages; count++) {
            PendingAppend next = queue.peek();
            if (next == null || (count > 0 && bytes + next.bytes() > maxBytes)) {
                return;
            }
            queue.removeFirst();
            bytes += next.bytes();
            buckets.get(bucket(next)).add(next);
        }
    }

    private int bucket(PendingAppend append) {
        return orderingKeys.length == 0 ? 0 : Partitioning.bucket(append.key(), orderingKeys.length);
    }

    /**
     * Passes the batches on.
     *
     * @param firstSequence the sequence id of the first message
     * @return the sequence id that follows the last message
     */
    long drain(long firstSequence, Commit commit, Consumer<Batch> to) {
        long sequence = firstSequence;
        for (int i = 0; i < buckets.size(); i++) {
            List<PendingAppend> messages = buckets.get(i);
            if (!messages.isEmpty()) {
                buckets.set(i, new ArrayList<>());
                to.accept(new Batch(messages, orderingKeys.length == 0 ? null : orderingKeys[i], sequence, commit));
                sequence += messages.size();
            }
        }
        return sequence;
    }
}
