package io.magnetar.stream;

import io.magnetar.stream.StreamReaders.StreamMessage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Looks into streams, for operators: it has no place there and moves nobody's. What fails does so with a {@link
 * StreamReaders.StreamFailureException}. Thread: any; never blocks.
 */
public interface StreamInspection {
    /** What each partition keeps, in the order of the partitions. */
    CompletableFuture<List<Span>> spans(StreamDefinition stream);

    /** What one partition keeps. */
    CompletableFuture<Span> span(StreamDefinition stream, int partition);

    /**
     * The first messages from a position, or the last ones of a {@link StartPosition.Last}, in the order of their times.
     *
     * @param messages how many at most
     */
    CompletableFuture<Peeked> peek(StreamDefinition stream, StartPosition start, int messages);

    /** The place that a position is now: it means the same at any later time. */
    CompletableFuture<StartPosition.Resume> fixed(StreamDefinition stream, StartPosition start);

    /** How many messages each partition has behind a place; {@link Kept#UNNUMBERED} where that is not known. */
    CompletableFuture<List<Long>> behind(StreamDefinition stream, StartPosition.Resume place);

    /** The same with what is no longer part of the stream and still in its log: what a Pulsar subscription is owed. */
    CompletableFuture<List<Long>> storedBehind(StreamDefinition stream, StartPosition.Resume place);

    /** @param cut there are more that were wanted, but these are as much as one answer holds */
    record Peeked(List<StreamMessage> messages, boolean cut) {}

    /**
     * A message that is kept.
     *
     * @param storedMillis when the broker stored it, epoch milliseconds
     * @param number rises by one from message to message of the partition; {@link #UNNUMBERED} when the broker does not number
     */
    record Kept(Position position, long storedMillis, long number) {
        public static final long UNNUMBERED = -1;
    }

    /** The oldest and the newest message of a partition; null when it has none. */
    record Span(
            int partition, @Nullable Kept oldest, @Nullable Kept newest) {
        /** How many messages there are; {@link Kept#UNNUMBERED} when that is not known. */
        public long messages() {
            if (oldest == null || newest == null) {
                return 0;
            }
            boolean numbered = oldest.number() != Kept.UNNUMBERED && newest.number() != Kept.UNNUMBERED;
            return numbered ? newest.number() - oldest.number() + 1 : Kept.UNNUMBERED;
        }
    }
}
