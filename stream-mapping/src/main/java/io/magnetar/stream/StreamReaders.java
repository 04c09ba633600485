package io.magnetar.stream;

import io.magnetar.message.Message;
import io.magnetar.topic.TopicFilter;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Opens readers over streams. Thread: any; never blocks. */
public interface StreamReaders {
    /**
     * Opens a reader over all partitions of a stream. It reads nothing until asked to.
     *
     * @param range what is read: without an end the reader goes on with what is appended
     * @param filter narrows the reading to the topics that match; the stream's own filter or one that it covers
     * @return completes when every partition's position is fixed, so that a message appended from then on will be read; fails
     *     with a {@link StreamFailureException}
     */
    CompletableFuture<StreamReader> open(
            StreamDefinition stream, ReplayRange range, TopicFilter filter, StreamListener listener);

    /** An open reader: a cursor per partition, pulled by its user. Thread: any. */
    interface StreamReader {
        /** Where it began. */
        StartPosition.Resume start();

        /** Where it ends: fixed, or never. */
        EndPosition end();

        /** How fast it is read from now on, at most; without this, {@link ReplayPace#MAX}. */
        void pace(ReplayPace pace);

        /** Allows {@code messages} more messages to be passed to the listener, summed over the partitions. */
        void request(int messages);

        /** Stops the reading and frees what it holds; the listener hears nothing more soon after. May be called twice. */
        void close();
    }

    /** Hears of what is read: in order within a partition. Called on a reader's own threads, one call at a time. */
    interface StreamListener {
        void onMessage(StreamMessage message);

        /** Said now and then, not for each message that is not wanted. */
        void onPassed(Passed passed);

        /**
         * What was to be read after is no longer part of a partition, or what came behind it is not: messages may be missing. Said
         * once for a partition, before its next message.
         */
        void onPlaceLost(int partition);

        /** A message that was to be read is no longer part of the stream: the reading is slower than the stream's retention. */
        void onMissed(int partition);

        /** All of a range with an end was read, in every partition; the reader is closed. Nothing is said after it. */
        void onEnded(Ended ended);

        /** The reader has failed and is closed. */
        void onFailed(StreamFailure failure);
    }

    /** What a reader has come by. */
    sealed interface Read {
        int partition();

        Position position();
    }

    /** What follows in a partition, up to a position, is not wanted. */
    record Passed(int partition, Position position) implements Read {}

    /** The end of a range. It has a place of its own, beside those of the partitions. */
    record Ended() implements Read {
        public static final int PARTITION = -1;
        public static final Position POSITION = new Position(0, 0, -1);

        @Override
        public int partition() {
            return PARTITION;
        }

        @Override
        public Position position() {
            return POSITION;
        }
    }

    /**
     * A message read from a stream.
     *
     * @param message the message as it was published; its timestamp is the one that the stream is read by
     * @param key the stream key, null when the Pulsar message has none
     */
    record StreamMessage(Message message, @Nullable String key, int partition, Position position) implements Read {}

    /** A failed {@link #open}. */
    final class StreamFailureException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient StreamFailure failure;

        public StreamFailureException(StreamFailure failure) {
            super(failure.reason(), null, false, false);
            this.failure = failure;
        }

        public StreamFailure failure() {
            return failure;
        }
    }
}
