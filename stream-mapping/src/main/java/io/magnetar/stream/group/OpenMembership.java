package io.magnetar.stream.group;

import io.magnetar.stream.Position;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamGroup;
import io.magnetar.stream.StreamGroups.GroupListener;
import io.magnetar.stream.StreamGroups.GroupMessage;
import io.magnetar.stream.StreamGroups.Membership;
import io.magnetar.stream.StreamReaders.StreamMessage;
import io.magnetar.stream.failure.PulsarFailures;
import io.magnetar.stream.group.GroupCursor.Brought;
import io.magnetar.stream.read.MessageSelection;
import io.magnetar.stream.turn.Turns;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.PulsarClientException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member's consumers over the partitions of a stream, which share what was asked for.
 *
 * <p>Thread: {@link #request}, {@link #fail} and {@link #leave} any; all else in turns.
 */
final class OpenMembership implements Membership {
    private static final Logger LOG = LoggerFactory.getLogger(OpenMembership.class);
    /** After so many of one partition it is the next one's turn, and after one round other members'. */
    private static final int BURST = 128;

    private final StreamGroup group;
    private final List<GroupCursor> cursors = new ArrayList<>();
    private final MessageSelection selection;
    private final GroupListener listener;
    private final Runnable onClosed;
    private final Turns turns;
    private final AtomicLong requested = new AtomicLong();
    private volatile boolean closed;

    /**
     * @param consumers by partition
     * @param taken what the group's members here have, by partition
     * @param start where the group began
     * @param onClosed called once when the membership has ended
     */
    OpenMembership(
            StreamGroup group,
            List<Consumer<byte[]>> consumers,
            List<TakenMessages> taken,
            StartPosition.Resume start,
            MessageSelection selection,
            GroupListener listener,
            Runnable onClosed,
            Executor executor) {
        this.group = group;
        this.selection = selection;
        this.listener = listener;
        this.onClosed = onClosed;
        this.turns = new Turns(executor, this::turn);
        for (int partition = 0; partition < consumers.size(); partition++) {
            cursors.add(new GroupCursor(
                    partition,
                    consumers.get(partition),
                    turns,
                    taken.get(partition),
                    start.after().get(partition)));
        }
    }

    StreamDefinition stream() {
        return group.stream();
    }

    @Override
    public void request(int messages) {
        requested.addAndGet(messages);
        turns.take();
    }

    private void turn() {
        boolean more = false;
        for (GroupCursor cursor : cursors) {
            if (!closed && requested.get() > 0 && !cursor.hasNothing()) {
                more |= receiveSome(cursor);
            }
        }
        if (more) {
            turns.take();
        }
    }

    /** @return whether the partition may have more at once */
    private boolean receiveSome(GroupCursor cursor) {
        try {
            for (int received = 0; received < BURST && requested.get() > 0 && !closed; received++) {
                Brought brought = cursor.poll();
                if (brought == null) {
                    cursor.await(turns::take);
                    return false;
                }
                deliver(cursor, brought);
            }
            return true;
        } catch (PulsarClientException e) {
            end(PulsarFailures.of(e, group.stream().pulsarTopic()));
            return false;
        }
    }

    private void deliver(GroupCursor cursor, Brought brought) {
        Position position = brought.position();
        StreamMessage message = selection.select(brought.message(), cursor.partition, position);
        if (message == null) {
            cursor.passOver(brought);
            return;
        }
        requested.decrementAndGet();
        tell(new GroupMessage(message, () -> turns.take(() -> cursor.acknowledge(position))));
    }

    private void tell(GroupMessage message) {
        try {
            listener.onMessage(message);
        } catch (RuntimeException e) {
            LOG.error("A member of a group of {} failed", group.stream().pulsarTopic(), e);
        }
    }

    /** Ends the membership and tells its listener why. */
    void fail(StreamFailure failure) {
        turns.take(() -> end(failure));
    }

    private void end(StreamFailure failure) {
        if (!closed) {
            closeCursors();
            listener.onFailed(failure);
        }
    }

    @Override
    public void leave() {
        turns.take(() -> {
            if (!closed) {
                closeCursors();
            }
        });
    }

    private void closeCursors() {
        closed = true;
        cursors.forEach(GroupCursor::close);
        onClosed.run();
    }
}
