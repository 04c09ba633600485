package io.magnetar.mqtt.crash;

import io.magnetar.message.Message;
import io.magnetar.stream.Position;
import io.magnetar.stream.StreamAppender;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import io.magnetar.stream.append.Partitioning;
import io.magnetar.stream.queue.LogTails;
import io.magnetar.stream.queue.QueueReaders;
import io.magnetar.stream.queue.QueuedMessage;
import io.magnetar.tenancy.Namespace;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Logs of messages that outlive the broker. A partition confirms or refuses what waits for it when the simulation says so; when the
 * broker dies it has any number of those that waited, in their order.
 */
final class SimulatedLogs implements StreamAppender, QueueReaders, LogTails {
    private final Random random;
    private final Trace trace;
    private final int queuePartitions;
    private final Map<String, Partition> partitions = new LinkedHashMap<>();
    private final Set<Reader> readers = new HashSet<>();
    /** The texts that were refused once: when they come again, what followed them is there already. */
    final Set<String> refused = new HashSet<>();

    private @Nullable Executor executor;
    private long ledger;
    private boolean mayFail = true;
    private @Nullable CompletableFuture<Void> heldEnds;

    private record Append(Message message, AppendListener listener) {}

    private static final class Partition {
        final List<QueuedMessage> messages = new ArrayList<>();
        final List<Append> waiting = new ArrayList<>();
        long entries;
    }

    SimulatedLogs(Random random, Trace trace, int queuePartitions) {
        this.random = random;
        this.trace = trace;
        this.queuePartitions = queuePartitions;
    }

    void runOn(Executor broker) {
        executor = broker;
    }

    void heal() {
        mayFail = false;
    }

    private Partition partition(StreamDefinition log, int index) {
        return partitions.computeIfAbsent(log.pulsarTopic(index), ignored -> new Partition());
    }

    /** All messages of a log. */
    List<Message> messages(StreamDefinition log) {
        List<Message> all = new ArrayList<>();
        for (int index = 0; index < log.partitions(); index++) {
            partition(log, index).messages.forEach(queued -> all.add(queued.message()));
        }
        return all;
    }

    @Override
    public void append(StreamDefinition log, Message message, AppendListener listener) {
        int index = Partitioning.partition(message.topic(), log.partitions());
        partition(log, index).waiting.add(new Append(message, listener));
    }

    @Override
    public long pendingBytes() {
        return 0;
    }

    /** Confirms or refuses what waits for one partition, or the first of it. */
    boolean settleOne() {
        List<Partition> busy = partitions.values().stream()
                .filter(partition -> !partition.waiting.isEmpty())
                .toList();
        if (busy.isEmpty()) {
            return false;
        }
        Partition partition = busy.get(random.nextInt(busy.size()));
        if (mayFail && random.nextInt(20) == 0) {
            List<Append> failed = List.copyOf(partition.waiting);
            partition.waiting.clear();
            failed.forEach(append -> {
                refused.add(text(append.message()));
                trace.say(() -> "  a log refuses " + text(append.message()));
                append.listener().appended(unavailable());
            });
            return true;
        }
        List<Append> batch = List.copyOf(partition.waiting.subList(0, 1 + random.nextInt(partition.waiting.size())));
        partition.waiting.subList(0, batch.size()).clear();
        write(partition, batch);
        batch.forEach(append -> append.listener().appended(null));
        return true;
    }

    private void write(Partition partition, List<Append> batch) {
        long entry = partition.entries++;
        for (int i = 0; i < batch.size(); i++) {
            Position position = new Position(ledger, entry, batch.size() == 1 ? -1 : i);
            Message message = batch.get(i).message();
            partition.messages.add(new QueuedMessage(position, message));
            trace.say(() -> "  logged " + text(message) + " at " + position + " " + message.mark());
        }
    }

    static String text(Message message) {
        return new String(message.payload(), StandardCharsets.UTF_8);
    }

    private static StreamFailure unavailable() {
        return new StreamFailure(StreamFailure.Kind.UNAVAILABLE, "simulated");
    }

    /** The broker dies: of what waits for a partition it may have the first ones. */
    void crash() {
        for (Partition partition : partitions.values()) {
            int survivors = random.nextInt(partition.waiting.size() + 1);
            if (survivors > 0) {
                write(partition, partition.waiting.subList(0, survivors));
            }
            partition.waiting.clear();
            partition.entries = 0;
        }
        readers.clear();
        ledger++;
    }

    @Override
    public CompletableFuture<StreamDefinition> provision(Namespace namespace) {
        return later(() -> StreamDefinition.queueOf(namespace, queuePartitions));
    }

    @Override
    public CompletableFuture<QueueReader> open(
            StreamDefinition queue, int index, Position after, QueueListener listener) {
        return later(() -> {
            Reader reader = new Reader(partition(queue, index), after, listener);
            readers.add(reader);
            return reader;
        });
    }

    @Override
    public CompletableFuture<Position> end(StreamDefinition queue, int index) {
        return endLater(() -> end(partition(queue, index)));
    }

    private CompletableFuture<Position> endLater(Answer<Position> end) {
        CompletableFuture<Void> held = heldEnds;
        return held == null ? later(end) : held.thenCompose(go -> later(end));
    }

    /** From now on nobody learns where a log ends. */
    void holdEnds() {
        heldEnds = new CompletableFuture<>();
    }

    void letEndsGo() {
        CompletableFuture<Void> held = Objects.requireNonNull(heldEnds, "not held");
        heldEnds = null;
        held.complete(null);
    }

    private static Position end(Partition partition) {
        return partition.messages.isEmpty()
                ? Position.START
                : partition.messages.get(partition.messages.size() - 1).position();
    }

    private interface Answer<T> {
        T get();
    }

    private <T> CompletableFuture<T> later(Answer<T> answer) {
        CompletableFuture<T> result = new CompletableFuture<>();
        if (executor != null) {
            executor.execute(() -> {
                if (mayFail && random.nextInt(50) == 0) {
                    result.completeExceptionally(new StreamFailureException(unavailable()));
                } else {
                    result.complete(answer.get());
                }
            });
        }
        return result;
    }

    /** Lets one reader pass something on, or fail. */
    boolean readOne() {
        List<Reader> busy = readers.stream().filter(Reader::hasMore).toList();
        if (busy.isEmpty()) {
            return false;
        }
        busy.get(random.nextInt(busy.size())).read();
        return true;
    }

    private final class Reader implements QueueReader {
        private final Partition partition;
        private final QueueListener listener;
        private int requested;
        private int next;

        Reader(Partition partition, Position after, QueueListener listener) {
            this.partition = partition;
            this.listener = listener;
            while (next < partition.messages.size()
                    && !partition.messages.get(next).position().isAfter(after)) {
                next++;
            }
        }

        boolean hasMore() {
            return requested > 0 && next < partition.messages.size();
        }

        void read() {
            if (mayFail && random.nextInt(50) == 0) {
                readers.remove(this);
                listener.onFailed(unavailable());
                return;
            }
            int count = 1 + random.nextInt(Math.min(requested, partition.messages.size() - next));
            List<QueuedMessage> burst = List.copyOf(partition.messages.subList(next, next + count));
            next += count;
            requested -= count;
            listener.onMessages(burst);
        }

        @Override
        public void request(int messages) {
            requested += messages;
        }

        @Override
        public CompletableFuture<Position> end() {
            return endLater(() -> SimulatedLogs.end(partition));
        }

        @Override
        public void close() {
            readers.remove(this);
        }
    }

    /** Not one message earlier than it must, so that whoever asks for too little misses something. */
    @Override
    public CompletableFuture<Void> since(StreamDefinition log, long epochMillis, Consumer<Message> each) {
        return later(() -> {
                    messages(log).stream()
                            .filter(message -> message.timestampMicros() >= TimeUnit.MILLISECONDS.toMicros(epochMillis))
                            .forEach(each);
                    return log;
                })
                .thenAccept(passed -> {});
    }
}
