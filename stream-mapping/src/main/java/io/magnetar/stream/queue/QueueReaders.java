package io.magnetar.stream.queue;

import io.magnetar.stream.Position;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Opens readers over the partitions of queues. Thread: any; never blocks. */
public interface QueueReaders {
    /** Makes the queue of a namespace unless it is there, and returns what it is: the number of its partitions is fixed. */
    CompletableFuture<StreamDefinition> provision(Namespace namespace);

    /**
     * Opens a reader over one partition. It reads nothing until asked to.
     *
     * @param after the position whose next message is the first one; {@link Position#START} for the oldest message
     * @return fails with a {@link io.magnetar.stream.StreamReaders.StreamFailureException}
     */
    CompletableFuture<QueueReader> open(StreamDefinition queue, int partition, Position after, QueueListener listener);

    /** The position of the newest message of a partition, or one before all messages to come. */
    CompletableFuture<Position> end(StreamDefinition queue, int partition);

    /** An open reader, pulled by its user. Thread: any. */
    interface QueueReader {
        /** Allows {@code messages} more messages to be passed to the listener. */
        void request(int messages);

        /** The position of the newest message of the partition, or one before all messages to come. */
        CompletableFuture<Position> end();

        /** Stops the reading; the listener hears nothing more soon after. May be called twice. */
        void close();
    }

    /** Hears of what is read, in order. Called on a reader's own threads, one call at a time. */
    interface QueueListener {
        /** @param messages at least one */
        void onMessages(List<QueuedMessage> messages);

        /**
         * The message that was to be read after is no longer kept: others behind it may be gone too. Comes before the first
         * message, if at all.
         */
        void onPlaceLost();

        /** The reader has ended and is closed. */
        void onFailed(StreamFailure failure);
    }
}
