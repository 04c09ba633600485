package io.magnetar.stream.group;

import io.magnetar.stream.Position;
import io.magnetar.stream.read.Arrivals;
import io.magnetar.stream.read.Positions;
import io.magnetar.stream.turn.Turns;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClientException;
import org.jspecify.annotations.Nullable;

/**
 * A member's part of one partition.
 *
 * <p>Thread: the membership's turns, but for {@link #inherit} and {@link #emptiedNanos}.
 */
final class GroupCursor {
    private static final long CONFIRM_AGAIN_MILLIS = 1_000;

    final int partition;

    private final Consumer<byte[]> consumer;
    private final Turns turns;
    private final TakenMessages taken;
    private final Arrivals arrivals;
    private final @Nullable Position after;
    private final ArrayDeque<Brought> inherited = new ArrayDeque<>();
    private boolean closed;
    /** Whether the consumer has had nothing since {@link #emptiedNanos}. */
    private volatile boolean isEmpty;

    private volatile long emptiedNanos = System.nanoTime();

    /** A message that is the member's, and its place in the partition. */
    record Brought(Position position, Message<byte[]> message) {}

    /**
     * @param taken what all members of the group at this broker have of the partition
     * @param after what is at it or before is not the group's
     */
    GroupCursor(int partition, Consumer<byte[]> consumer, Turns turns, TakenMessages taken, @Nullable Position after) {
        this.partition = partition;
        this.consumer = consumer;
        this.turns = turns;
        this.taken = taken;
        this.after = after;
        taken.join(this);
        this.arrivals = new Arrivals(new Arrivals.Source() {
            @Override
            public @Nullable Message<byte[]> now() throws PulsarClientException {
                return consumer.receive(0, TimeUnit.MILLISECONDS);
            }

            @Override
            public CompletableFuture<Message<byte[]>> next() {
                return consumer.receiveAsync();
            }
        });
    }

    boolean hasNothing() {
        return inherited.isEmpty() && arrivals.isWaiting();
    }

    void await(Runnable onReady) {
        if (!arrivals.isAwaited()) {
            isEmpty = true;
            arrivals.await(() -> {
                isEmpty = false;
                onReady.run();
            });
        }
    }

    /**
     * The next message that is there already and becomes the member's, or null.
     *
     * @throws PulsarClientException when the consumer has failed
     */
    @Nullable
    Brought poll() throws PulsarClientException {
        if (!inherited.isEmpty()) {
            return inherited.poll();
        }
        if (arrivals.isWaiting()) {
            return null;
        }
        for (Message<byte[]> message = arrivals.poll(); message != null; message = arrivals.poll()) {
            Position position = Positions.of(message.getMessageId());
            if (after != null && !position.isBehind(after)) {
                acknowledge(message.getMessageId());
                continue;
            }
            switch (taken.meet(this, position, message)) {
                case NEW -> {
                    return new Brought(position, message);
                }
                case WITH_MEMBER -> {}
                case ACKNOWLEDGED -> acknowledge(message.getMessageId());
            }
        }
        emptiedNanos = System.nanoTime();
        return null;
    }

    /** When the consumer was seen empty last, as {@link System#nanoTime}. Thread: any. */
    long emptiedNanos(long now) {
        return isEmpty ? now : emptiedNanos;
    }

    /** A message that was polled is not wanted. */
    void passOver(Brought brought) {
        taken.forget(brought.position());
        acknowledge(brought.message().getMessageId());
    }

    /** The member is done with a message. */
    void acknowledge(Position position) {
        MessageId id = taken.acknowledge(this, position);
        if (id != null) {
            confirm(position, id);
        }
    }

    private void acknowledge(MessageId id) {
        var unused = consumer.acknowledgeAsync(id).exceptionally(failure -> null);
    }

    /** Until the log has confirmed it, it may be brought again. */
    private void confirm(Position position, MessageId id) {
        var unused = consumer.acknowledgeAsync(id).whenComplete((done, failure) -> {
            if (failure == null) {
                taken.confirm(position);
            } else {
                CompletableFuture.delayedExecutor(CONFIRM_AGAIN_MILLIS, TimeUnit.MILLISECONDS)
                        .execute(() -> turns.take(() -> {
                            if (!closed) {
                                confirm(position, id);
                            }
                        }));
            }
        });
    }

    /** A message that another one had, and that was brought here too, is the member's now. Thread: any. */
    void inherit(Position position, Message<byte[]> message) {
        turns.take(() -> inherited.add(new Brought(position, message)));
    }

    void close() {
        closed = true;
        taken.leave(this);
        var unused = consumer.closeAsync().exceptionally(ignored -> null);
    }
}
