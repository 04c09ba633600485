package io.magnetar.stream.read;

import io.magnetar.stream.Position;
import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClientException;
import org.jspecify.annotations.Nullable;

/**
 * A reader's way through one partition of a log: each message once, whatever the Pulsar client brings again after a lost
 * connection, and only what is behind the position where it begins.
 *
 * <p>Thread: the reader's turns.
 */
final class PositionCursor {
    final int partition;
    /** The position after which it begins; null when only the time is known. */
    final @Nullable Position start;

    private final MessageCursor cursor;
    private Position last;
    private long lastNumber = Long.MAX_VALUE;
    /** Whether it is known that the message at {@link #start} is still kept. */
    private boolean begun;

    /** Whether it goes on behind a message, which somebody has had. */
    private boolean resumed;

    private boolean reached;
    private boolean lost;
    private boolean saidLost;

    /** @param start null when the cursor begins at a time */
    PositionCursor(int partition, MessageCursor cursor, @Nullable Position start) {
        this.partition = partition;
        this.cursor = cursor;
        this.start = start;
        this.last = start == null ? Position.START : start;
        this.begun = true;
    }

    /** One whose reader begins with the very message that it is to begin after, if that is still kept. */
    static PositionCursor resumed(int partition, MessageCursor cursor, Position after) {
        PositionCursor resumed = new PositionCursor(partition, cursor, after);
        resumed.resumed = after.entryId() >= 0;
        resumed.begun = !resumed.resumed;
        return resumed;
    }

    boolean isWaiting() {
        return cursor.isWaiting();
    }

    /**
     * The next message that is there already, or null.
     *
     * @throws PulsarClientException when the reader has failed
     */
    @Nullable
    Message<byte[]> poll() throws PulsarClientException {
        for (Message<byte[]> message = cursor.poll(); message != null; message = cursor.poll()) {
            Position position = Positions.of(message.getMessageId());
            if (!begun) {
                begun = true;
                lost = !position.isInEntryOf(last);
            }
            if (position.isBehind(last)) {
                last = position;
                lastNumber = number(message);
                return message;
            }
        }
        return null;
    }

    /** The position of the last message that was polled. */
    Position last() {
        return last;
    }

    /** The number of the last message that was polled; higher than all when it has none. */
    long lastNumber() {
        return lastNumber;
    }

    static long number(Message<byte[]> message) {
        return message.getIndex().orElse(Long.MAX_VALUE);
    }

    /** A message was read that is wanted and part of the stream: what follows is expected. */
    void reached() {
        reached = true;
    }

    /**
     * A message was passed over that is wanted, for it is no longer part of the stream.
     *
     * @return whether it was lost to the reader; what lies before all that it was to read is not
     */
    boolean missed() {
        lost |= resumed;
        return resumed || reached;
    }

    /** Whether the place where it was to begin was found to be lost; said once. */
    boolean takeLost() {
        lost |= cursor.takeLost();
        boolean now = lost && !saidLost;
        saidLost |= now;
        return now;
    }

    /** Whether a message is awaited, or has come since and was not polled. */
    boolean isAwaited() {
        return cursor.isAwaited();
    }

    /** Whether the partition has a message after the last one that was polled. */
    CompletableFuture<Boolean> hasMore() {
        return cursor.hasMore();
    }

    void await(Runnable onReady) {
        cursor.await(onReady);
    }

    void close() {
        cursor.close();
    }
}
