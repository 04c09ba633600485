package io.magnetar.stream.read;

import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamReaders.StreamListener;
import io.magnetar.stream.StreamReaders.StreamMessage;
import io.magnetar.stream.StreamReaders.StreamReader;
import io.magnetar.stream.failure.PulsarFailures;
import io.magnetar.stream.turn.Turns;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClientException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader over the partitions of a stream, which share what was asked for. Beyond that nothing is taken from the Pulsar client,
 * which prefetches a little for each partition and then stops asking the broker.
 *
 * <p>Thread: {@link #request}, {@link #fail} and {@link #close} any; all else in turns.
 */
final class OpenStreamReader implements StreamReader {
    private static final Logger LOG = LoggerFactory.getLogger(OpenStreamReader.class);
    /** After so many of one partition it is the next one's turn, and after one round other readers'. */
    private static final int BURST = 128;

    private final StreamDefinition stream;
    private final List<PartitionCursor> cursors;
    private final MessageSelection selection;
    private final StreamListener listener;
    private final Runnable onClosed;
    private final Turns turns;
    private final AtomicLong requested = new AtomicLong();
    private volatile boolean closed;

    /** @param onClosed called once when it is closed, by its user or a failure */
    OpenStreamReader(
            StreamDefinition stream,
            List<PartitionCursor> cursors,
            MessageSelection selection,
            StreamListener listener,
            Runnable onClosed,
            Executor executor) {
        this.stream = stream;
        this.cursors = List.copyOf(cursors);
        this.selection = selection;
        this.listener = listener;
        this.onClosed = onClosed;
        this.turns = new Turns(executor, this::turn);
    }

    StreamDefinition stream() {
        return stream;
    }

    @Override
    public void request(int messages) {
        requested.addAndGet(messages);
        turns.take();
    }

    private void turn() {
        boolean more = false;
        for (PartitionCursor cursor : cursors) {
            if (!closed && requested.get() > 0 && !cursor.isWaiting()) {
                more |= readSome(cursor);
            }
        }
        if (more) {
            turns.take();
        }
    }

    /** @return whether the partition may have more at once */
    private boolean readSome(PartitionCursor cursor) {
        try {
            for (int read = 0; read < BURST && requested.get() > 0 && !closed; read++) {
                Message<byte[]> pulsar = cursor.poll();
                if (pulsar == null) {
                    cursor.await(turns::take);
                    return false;
                }
                deliver(pulsar);
            }
            return true;
        } catch (PulsarClientException e) {
            end(PulsarFailures.of(e, stream.pulsarTopic()));
            return false;
        }
    }

    private void deliver(Message<byte[]> pulsar) {
        StreamMessage message = selection.select(pulsar);
        if (message == null) {
            return;
        }
        requested.decrementAndGet();
        try {
            listener.onMessage(message);
        } catch (RuntimeException e) {
            LOG.error("A reader of {} failed", stream.pulsarTopic(), e);
        }
    }

    /** Ends the reader and tells its listener why. */
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
    public void close() {
        turns.take(() -> {
            if (!closed) {
                closeCursors();
            }
        });
    }

    private void closeCursors() {
        closed = true;
        cursors.forEach(PartitionCursor::close);
        onClosed.run();
    }
}
