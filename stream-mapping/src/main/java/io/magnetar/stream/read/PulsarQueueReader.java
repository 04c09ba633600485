package io.magnetar.stream.read;

import io.magnetar.stream.Position;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import io.magnetar.stream.failure.PulsarFailures;
import io.magnetar.stream.layout.MessageDecoder;
import io.magnetar.stream.queue.QueueReaders.QueueListener;
import io.magnetar.stream.queue.QueueReaders.QueueReader;
import io.magnetar.stream.queue.QueuedMessage;
import io.magnetar.stream.turn.Turns;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.api.TopicMessageId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader over one partition of a queue. Beyond what was asked for the Pulsar client prefetches a little and then stops asking
 * the broker.
 *
 * <p>Thread: {@link #request}, {@link #end} and {@link #close} any; all else in turns.
 */
final class PulsarQueueReader implements QueueReader {
    private static final Logger LOG = LoggerFactory.getLogger(PulsarQueueReader.class);
    /** After so many it is other readers' turn. */
    private static final int BURST = 256;

    private final StreamDefinition queue;
    private final Reader<byte[]> reader;
    private final PositionCursor cursor;
    private final MessageDecoder decoder;
    private final QueueListener listener;
    private final Runnable onClosed;
    private final Turns turns;
    private final AtomicLong requested = new AtomicLong();
    private volatile boolean closed;

    /** @param onClosed called once when it is closed, by its user or a failure */
    PulsarQueueReader(
            StreamDefinition queue,
            int partition,
            Reader<byte[]> reader,
            Position after,
            QueueListener listener,
            Runnable onClosed,
            Executor executor) {
        this.queue = queue;
        this.reader = reader;
        this.cursor = PositionCursor.resumed(partition, new PartitionCursor(reader), after);
        this.decoder = new MessageDecoder(queue.namespace(), queue.filter());
        this.listener = listener;
        this.onClosed = onClosed;
        this.turns = new Turns(executor, this::turn);
    }

    @Override
    public void request(int messages) {
        requested.addAndGet(messages);
        turns.take();
    }

    @Override
    public CompletableFuture<Position> end() {
        return end(reader.getLastMessageIdsAsync(), reader.getTopic());
    }

    /** @param last the last message of one partition */
    static CompletableFuture<Position> end(CompletableFuture<List<TopicMessageId>> last, String pulsarTopic) {
        return last.handle((ids, failure) -> {
            if (failure != null) {
                throw new StreamFailureException(PulsarFailures.of(failure, pulsarTopic));
            }
            return Positions.only(ids);
        });
    }

    private void turn() {
        if (closed || requested.get() <= 0 || cursor.isWaiting()) {
            return;
        }
        List<QueuedMessage> burst = new ArrayList<>();
        try {
            boolean more = read(burst);
            pass(burst);
            if (more) {
                turns.take();
            }
        } catch (PulsarClientException e) {
            pass(burst);
            if (!closed) {
                closeCursor();
                listener.onFailed(PulsarFailures.of(e, queue.pulsarTopic()));
            }
        }
    }

    /** @return whether there may be more at once */
    private boolean read(List<QueuedMessage> burst) throws PulsarClientException {
        for (int read = 0; read < BURST; read++) {
            if (burst.size() >= requested.get()) {
                return false;
            }
            Message<byte[]> pulsar = cursor.poll();
            if (pulsar == null) {
                cursor.await(turns::take);
                return false;
            }
            decode(pulsar, burst);
        }
        return true;
    }

    private void decode(Message<byte[]> pulsar, List<QueuedMessage> burst) {
        if (cursor.takeLost()) {
            listener.onPlaceLost();
        }
        io.magnetar.message.Message message = decoder.decode(pulsar);
        if (message != null) {
            burst.add(new QueuedMessage(cursor.last(), message));
        }
    }

    private void pass(List<QueuedMessage> burst) {
        if (burst.isEmpty() || closed) {
            return;
        }
        requested.addAndGet(-burst.size());
        try {
            listener.onMessages(burst);
        } catch (RuntimeException e) {
            LOG.error("A reader of {} failed", queue.pulsarTopic(), e);
        }
    }

    @Override
    public void close() {
        turns.take(() -> {
            if (!closed) {
                closeCursor();
            }
        });
    }

    private void closeCursor() {
        closed = true;
        cursor.close();
        onClosed.run();
    }
}
