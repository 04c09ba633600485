package io.magnetar.stream.backfill;

import io.magnetar.stream.backfill.MergedPartition.SourceMessage;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.PulsarClientException;
import org.jspecify.annotations.Nullable;

/**
 * The messages of all partitions of a stream in the order in which they were received, for messages of one key may be in several:
 * another stream keys them in another way.
 *
 * <p>A partition has no message now, and gets one later that was received earlier than those of others? Not one that was received
 * more than {@value #SETTLE_MILLIS} milliseconds before it was stored: what follows in a partition is younger than what was seen of it
 * by no more than that. A copy was stored later: there it is the receive time of the last one that counts, for copies are in its order.
 *
 * <p>Thread: the job's turns.
 */
final class MergedPartitions {
    /** How long a message is on its way from its receipt into the log at most, for the order to be kept. */
    static final long SETTLE_MILLIS = 2_000;

    private final List<MergedPartition> partitions;
    private long reachedMicros;

    MergedPartitions(List<MergedPartition> partitions) {
        this.partitions = List.copyOf(partitions);
    }

    /** The next message, or null while it is not certain which one that is. */
    @Nullable
    SourceMessage poll(long nowMillis) throws PulsarClientException {
        MergedPartition first = null;
        SourceMessage next = null;
        long certainMicros = Long.MAX_VALUE;
        for (MergedPartition partition : partitions) {
            SourceMessage head = partition.head(nowMillis);
            if (head == null) {
                certainMicros = Math.min(certainMicros, youngestBehind(partition));
            } else if (next == null || head.receivedMicros() < next.receivedMicros()) {
                first = partition;
                next = head;
            }
        }
        if (first == null || next == null || next.receivedMicros() > certainMicros) {
            reachedMicros = Math.max(
                    reachedMicros, Math.min(certainMicros, next == null ? certainMicros : next.receivedMicros()));
            return null;
        }
        reachedMicros = Math.max(reachedMicros, next.receivedMicros());
        first.take();
        return next;
    }

    private static long youngestBehind(MergedPartition partition) {
        return partition.orderedThroughMicros() - TimeUnit.MILLISECONDS.toMicros(SETTLE_MILLIS);
    }

    /** All that was received before was polled, but for what was stored late; epoch microseconds. */
    long reachedMicros() {
        return reachedMicros;
    }

    /** From now on only messages that were received before are wanted. */
    void endAt(long receivedMicros) {
        partitions.forEach(partition -> partition.endAt(receivedMicros));
    }

    /** Whether no message that was read waits to be polled. */
    boolean isEmpty() {
        return partitions.stream().noneMatch(MergedPartition::hasHead);
    }

    /** Whether all that was stored before a time was seen, epoch milliseconds. */
    boolean hasSeenThrough(long millis) {
        return partitions.stream().allMatch(partition -> partition.seenThroughMillis() >= millis);
    }

    void close() {
        partitions.forEach(MergedPartition::close);
    }
}
