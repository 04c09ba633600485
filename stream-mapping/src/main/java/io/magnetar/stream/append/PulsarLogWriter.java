package io.magnetar.stream.append;

import io.magnetar.message.Message;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.StreamLimits;
import io.magnetar.stream.layout.MessageEncoder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.apache.pulsar.client.api.PulsarClient;

/**
 * Appends to a log that is no stream: its Pulsar topics are known and stay. A key's messages go to one of them, in plain batches.
 *
 * <p>Thread: any.
 */
public final class PulsarLogWriter {
    private static final long TICK_MILLIS = 500;
    private static final int NO_BUCKETS = 0;

    private final List<String> pulsarTopics;
    private final AppendSettings settings;
    private final PartitionWriter[] partitions;
    private final LongAdder pendingBytes = new LongAdder();
    private final AppendAccount account;
    private final ScheduledFuture<?> ticks;
    private volatile boolean closed;

    /**
     * @param owned the partitions of the broker in this process
     * @param pulsarTopics the partitions of the log, at least one
     * @param executor fills the batches
     * @param timer looks now and then for messages that have waited too long
     */
    public PulsarLogWriter(
            PulsarClient client,
            OwnedPartitions owned,
            List<String> pulsarTopics,
            AppendSettings settings,
            Executor executor,
            ScheduledExecutorService timer) {
        PartitionLogs logs = new PartitionLogs(client, owned, settings);
        this.pulsarTopics = List.copyOf(pulsarTopics);
        this.settings = settings;
        this.account = AppendAccount.of(settings, pendingBytes, AppendMeter.NONE);
        this.partitions = IntStream.range(0, pulsarTopics.size())
                .mapToObj(partition -> new PartitionWriter(
                        pulsarTopics.get(partition),
                        new PartitionWriter.Shape(partition, NO_BUCKETS, StreamLimits.NONE),
                        () -> logs.open(pulsarTopics.get(partition), false),
                        () -> CompletableFuture.failedFuture(new IllegalStateException("it has no limits")),
                        () -> true,
                        executor))
                .toArray(PartitionWriter[]::new);
        this.ticks = timer.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Appends a message and tells {@code listener} once how it went, perhaps before this method returns. */
    public void append(String key, Message message, AppendListener listener) {
        long bytes = MessageEncoder.size(message, key);
        if (closed || pendingBytes.sum() + bytes > settings.maxPendingBytes()) {
            listener.appended(new StreamFailure(
                    Kind.UNAVAILABLE,
                    closed ? "the broker is stopping" : "too many messages wait to be written to " + pulsarTopics));
            return;
        }
        pendingBytes.add(bytes);
        partitions[Partitioning.partition(key, partitions.length)].append(
                new PendingAppend(message, key, bytes, account.deadlineNanos(), listener, account));
    }

    private void tick() {
        for (PartitionWriter partition : partitions) {
            partition.tick();
        }
    }

    /** Bytes given to {@link #append} and not yet answered. */
    public long pendingBytes() {
        return pendingBytes.sum();
    }

    /** Refuses what comes from now on and completes when all that was given before is answered. Never fails. */
    public CompletableFuture<Void> close() {
        closed = true;
        StreamFailure stopping = new StreamFailure(Kind.UNAVAILABLE, "the broker is stopping");
        CompletableFuture<?>[] closing = new CompletableFuture<?>[partitions.length];
        for (int partition = 0; partition < partitions.length; partition++) {
            closing[partition] = partitions[partition].close(settings.timeoutMillis(), stopping);
        }
        return CompletableFuture.allOf(closing).whenComplete((done, failure) -> ticks.cancel(false));
    }
}
