package io.magnetar.mqtt.connection;

import io.magnetar.message.Message;
import io.magnetar.stream.Position;
import io.magnetar.stream.StreamAppender;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.append.Partitioning;
import io.magnetar.stream.queue.LogTails;
import io.magnetar.stream.queue.QueueReaders;
import io.magnetar.stream.queue.QueuedMessage;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The queue of one namespace, in memory: messages are appended, or refused, and passed to readers when the simulation says so.
 *
 * <p>Thread: the simulation's.
 */
public final class SimulatedQueues implements QueueReaders, LogTails, StreamAppender {
    public static final int PARTITIONS = 2;
    private static final int MESSAGES_AT_ONCE = 3;

    private record Append(Message message, AppendListener listener) {}

    private final List<List<QueuedMessage>> partitions = new ArrayList<>();
    /** How many of the first messages of each partition are no longer kept. */
    private final int[] trimmed = new int[PARTITIONS];

    private final ArrayDeque<Append> pending = new ArrayDeque<>();
    private final List<Reader> readers = new ArrayList<>();

    public SimulatedQueues() {
        for (int i = 0; i < PARTITIONS; i++) {
            partitions.add(new ArrayList<>());
        }
    }

    /** Settles the oldest append under way, and lets every reader go on by a few messages. */
    public boolean work(Random random, boolean mayFail) {
        Append oldest = pending.poll();
        boolean worked = oldest != null;
        if (oldest != null) {
            settle(oldest, mayFail && random.nextInt(10) == 0);
        }
        for (Reader reader : List.copyOf(readers)) {
            worked |= reader.readOn();
        }
        return worked;
    }

    /** The first messages of a partition are no longer kept. */
    public void trim(int partition, int messages) {
        trimmed[partition] = messages;
    }

    private Position end(int partition) {
        int count = partitions.get(partition).size();
        return count == trimmed[partition] ? Position.START : new Position(1, count - 1L, -1);
    }

    private void settle(Append append, boolean fails) {
        if (!fails) {
            List<QueuedMessage> partition =
                    partitions.get(Partitioning.partition(append.message().topic(), PARTITIONS));
            partition.add(new QueuedMessage(new Position(1, partition.size(), -1), append.message()));
        }
        append.listener().appended(fails ? new StreamFailure(StreamFailure.Kind.UNAVAILABLE, "simulated") : null);
    }

    @Override
    public void append(StreamDefinition queue, Message message, AppendListener listener) {
        pending.add(new Append(message, listener));
    }

    @Override
    public long pendingBytes() {
        return 0;
    }

    @Override
    public CompletableFuture<StreamDefinition> provision(Namespace namespace) {
        return CompletableFuture.completedFuture(StreamDefinition.queueOf(namespace, PARTITIONS));
    }

    @Override
    public CompletableFuture<QueueReader> open(
            StreamDefinition queue, int partition, Position after, QueueListener listener) {
        int first = after.equals(Position.START) ? 0 : (int) after.entryId() + 1;
        Reader reader = new Reader(partition, first, listener);
        readers.add(reader);
        return CompletableFuture.completedFuture(reader);
    }

    @Override
    public CompletableFuture<Position> end(StreamDefinition queue, int partition) {
        return CompletableFuture.completedFuture(end(partition));
    }

    @Override
    public CompletableFuture<Void> since(StreamDefinition log, long epochMillis, Consumer<Message> each) {
        return CompletableFuture.completedFuture(null);
    }

    private final class Reader implements QueueReader {
        private final int partition;
        private final QueueListener listener;
        private int next;
        private int allowed;

        Reader(int partition, int first, QueueListener listener) {
            this.partition = partition;
            this.next = first;
            this.listener = listener;
        }

        private boolean readOn() {
            List<QueuedMessage> all = partitions.get(partition);
            next = Math.max(next, trimmed[partition]);
            int end = Math.min(all.size(), next + Math.min(allowed, MESSAGES_AT_ONCE));
            if (next >= end) {
                return false;
            }
            List<QueuedMessage> read = List.copyOf(all.subList(next, end));
            allowed -= read.size();
            next = end;
            listener.onMessages(read);
            return true;
        }

        @Override
        public void request(int messages) {
            allowed += messages;
        }

        @Override
        public CompletableFuture<Position> end() {
            return CompletableFuture.completedFuture(SimulatedQueues.this.end(partition));
        }

        @Override
        public void close() {
            readers.remove(this);
        }
    }
}
