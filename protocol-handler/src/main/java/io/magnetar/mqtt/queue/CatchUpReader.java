package io.magnetar.mqtt.queue;

import io.magnetar.mqtt.flow.ReadAhead;
import io.magnetar.stream.Position;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.queue.QueueReaders.QueueListener;
import io.magnetar.stream.queue.QueueReaders.QueueReader;
import io.magnetar.stream.queue.QueuedMessage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Reads one partition for one user that has not caught up. What the user cannot want is passed over on the reader's thread.
 *
 * <p>Thread: the user's owner, but for the {@link QueueListener} methods, which hand over to it.
 */
final class CatchUpReader implements QueueListener {
    private final NamespaceQueue queue;
    private final PartitionQueue partition;
    private final PartitionUser user;
    private final ReadAhead readAhead = new ReadAhead();
    private @Nullable QueueReader reader;
    private boolean closed;

    CatchUpReader(NamespaceQueue queue, PartitionQueue partition, PartitionUser user) {
        this.queue = queue;
        this.partition = partition;
        this.user = user;
    }

    /** @return false when too many readers are open */
    boolean open(int index, Position after) {
        CompletableFuture<QueueReader> opening = queue.read(index, after, this);
        if (opening == null) {
            return false;
        }
        var unused = opening.whenComplete((opened, failure) -> user.owner().execute(() -> {
            if (opened == null) {
                partition.onFailed(this);
            } else if (closed) {
                queue.close(opened);
            } else {
                reader = opened;
                opened.request(readAhead.first());
            }
        }));
        return true;
    }

    @Override
    public void onMessages(List<QueuedMessage> messages) {
        List<QueuedMessage> wanted = messages.stream()
                .filter(message -> user.mayWant(partition.index, message))
                .toList();
        Position upTo = messages.get(messages.size() - 1).position();
        int passedOver = messages.size() - wanted.size();
        user.owner().execute(() -> {
            wanted.forEach(message -> readAhead.arrived(message.message().weight()));
            for (int i = 0; i < passedOver; i++) {
                readAhead.left();
            }
            partition.onRead(this, wanted, upTo);
        });
    }

    @Override
    public void onPlaceLost() {
        user.owner().execute(user::placeLost);
    }

    @Override
    public void onFailed(StreamFailure failure) {
        user.owner().execute(() -> {
            if (!closed) {
                reader = null;
                queue.failed();
                partition.onFailed(this);
            }
        });
    }

    /** A message has left. */
    void left() {
        readAhead.left();
    }

    /** Asks for more, as much as has left. */
    void more() {
        int more = reader == null ? 0 : readAhead.more();
        if (more > 0 && reader != null) {
            reader.request(more);
        }
    }

    void close() {
        closed = true;
        if (reader != null) {
            queue.close(reader);
            reader = null;
        }
    }
}
