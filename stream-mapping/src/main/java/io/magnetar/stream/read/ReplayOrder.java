package io.magnetar.stream.read;

import io.magnetar.stream.StreamReaders.StreamMessage;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The order in which a replay shows what its partitions have kept: by time, for of all that may come next the earliest does. When a
 * partition has no more of it, the others go on without it; when none has, what follows in them comes as it is there.
 *
 * <p>It holds one message of a partition, the next one, until it is its turn.
 *
 * <p>Thread: the reader's turns.
 */
final class ReplayOrder {
    private final @Nullable StreamMessage[] held;
    private final BitSet replayed = new BitSet();
    /** Those whose next message is known. */
    private final BitSet known = new BitSet();

    ReplayOrder(int partitions) {
        held = new StreamMessage[partitions];
    }

    /** Whether all that was kept has been shown. */
    boolean isOver() {
        return replayed() == held.length;
    }

    /** How many partitions have no more that was kept. */
    int replayed() {
        return replayed.cardinality();
    }

    /** Whether it is over and holds nothing. */
    boolean isDone() {
        return isOver() && known.isEmpty();
    }

    boolean isReplayed(int partition) {
        return replayed.get(partition);
    }

    /** A partition has no more that was kept. */
    void replayed(int partition) {
        replayed.set(partition);
    }

    /** Whether it is a message's turn. */
    boolean leaves(StreamMessage message) {
        if (isOver()) {
            return true;
        }
        if (replayed.get(message.partition())) {
            return false;
        }
        for (int partition = 0; partition < held.length; partition++) {
            if (partition != message.partition() && !replayed.get(partition) && !isBefore(message, held[partition])) {
                return false;
            }
        }
        return true;
    }

    /** @param other null when it is not known yet */
    private static boolean isBefore(StreamMessage message, @Nullable StreamMessage other) {
        if (other == null) {
            return false;
        }
        long micros = message.message().timestampMicros();
        long otherMicros = other.message().timestampMicros();
        return micros < otherMicros || (micros == otherMicros && message.partition() < other.partition());
    }

    /** @return whether the partition's next message was not known before */
    boolean hold(StreamMessage message) {
        held[message.partition()] = message;
        boolean isNew = !known.get(message.partition());
        known.set(message.partition());
        return isNew;
    }

    /** The next message of a partition has left. */
    void left(int partition) {
        known.clear(partition);
    }

    /** The next message of a partition, when it was held; it is held no longer. */
    @Nullable
    StreamMessage take(int partition) {
        StreamMessage message = held[partition];
        held[partition] = null;
        return message;
    }
}
