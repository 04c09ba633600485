package io.magnetar.stream.backfill;

import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.append.Partitioning;
import io.magnetar.stream.backfill.MergedPartition.SourceMessage;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.apache.pulsar.client.api.BatcherBuilder;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.TypedMessageBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The partitions of a stream that is being filled. A message keeps its payload, its properties and its event time, and gets the key
 * that it has in this stream. The Pulsar client sends again by itself what a broker did not confirm, and the broker knows it then.
 *
 * <p>Thread: the job's turns; sends are answered on any.
 */
final class FilledPartitions {
    /** How much may be on its way. */
    private static final long MAX_PENDING_BYTES = 8L << 20;

    /** Replays up to a time expect the order of time but for five seconds. */
    private static final long LONGEST_BATCH_MICROS = TimeUnit.SECONDS.toMicros(2);

    private static final int OVERHEAD_BYTES = 256;
    private static final String WRITER = "magnetar-backfill";

    private final StreamDefinition stream;
    private final List<Producer<byte[]>> producers;
    private final byte[][][] orderingKeys;
    /** When the first message of each partition's batches was received that are filled now, epoch microseconds. */
    private final long[] batchFromMicros;

    private final Runnable onAnswer;
    private final AtomicLong pendingBytes = new AtomicLong();
    private final LongAdder copied = new LongAdder();
    private volatile @Nullable Throwable failure;

    private FilledPartitions(StreamDefinition stream, List<Producer<byte[]>> producers, Runnable onAnswer) {
        this.stream = stream;
        this.producers = producers;
        this.onAnswer = onAnswer;
        this.batchFromMicros = new long[producers.size()];
        this.orderingKeys = IntStream.range(0, stream.partitions())
                .mapToObj(partition -> Partitioning.orderingKeys(partition, stream.orderBuckets()))
                .toArray(byte[][][]::new);
    }

    /**
     * Opens all partitions; after a failure none is left open.
     *
     * @param onAnswer called, on any thread, when there is room again or nothing is on its way
     */
    static CompletableFuture<FilledPartitions> open(PulsarClient client, StreamDefinition stream, Runnable onAnswer) {
        List<CompletableFuture<Producer<byte[]>>> opening = IntStream.range(0, stream.partitions())
                .mapToObj(partition -> client.newProducer()
                        .topic(stream.pulsarTopic(partition))
                        .producerName(WRITER)
                        .sendTimeout(0, TimeUnit.MILLISECONDS)
                        .blockIfQueueFull(false)
                        .maxPendingMessages(0)
                        .batcherBuilder(stream.orderBuckets() > 0 ? BatcherBuilder.KEY_BASED : BatcherBuilder.DEFAULT)
                        .createAsync())
                .toList();
        return CompletableFuture.allOf(opening.toArray(CompletableFuture[]::new))
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        opening.forEach(producer -> {
                            var unused =
                                    producer.thenCompose(Producer::closeAsync).exceptionally(ignored -> null);
                        });
                    }
                })
                .thenApply(done -> new FilledPartitions(
                        stream,
                        opening.stream()
                                .map(producer -> Objects.requireNonNull(producer.getNow(null)))
                                .toList(),
                        onAnswer));
    }

    boolean hasRoom() {
        return pendingBytes.get() < MAX_PENDING_BYTES;
    }

    /** Whether all that was appended is confirmed, or has failed. */
    boolean isIdle() {
        return pendingBytes.get() == 0;
    }

    /** Why a message could not be written, or null. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** How many messages the stream has got. */
    long copied() {
        return copied.sum();
    }

    void append(SourceMessage source) {
        Message<byte[]> pulsar = source.pulsar();
        String found = stream.key().of(source.message());
        String key = found == null ? source.message().topic() : found;
        int partition = Partitioning.partition(key, producers.size());
        Producer<byte[]> producer = producers.get(partition);
        endBatches(producer, partition, source.receivedMicros());
        TypedMessageBuilder<byte[]> copy =
                producer.newMessage().value(pulsar.getData()).key(key).properties(pulsar.getProperties());
        if (pulsar.getEventTime() > 0) {
            copy.eventTime(pulsar.getEventTime());
        }
        if (stream.orderBuckets() > 0) {
            copy.orderingKey(orderingKeys[partition][Partitioning.bucket(key, stream.orderBuckets())]);
        }
        long bytes = (long) OVERHEAD_BYTES + pulsar.size();
        pendingBytes.addAndGet(bytes);
        var unused = copy.sendAsync().whenComplete((id, thrown) -> answered(bytes, thrown));
    }

    /** Each ordering bucket has a batch of its own: what they span is how far the partition is out of the order of time. */
    private void endBatches(Producer<byte[]> producer, int partition, long receivedMicros) {
        if (Math.abs(receivedMicros - batchFromMicros[partition]) > LONGEST_BATCH_MICROS) {
            batchFromMicros[partition] = receivedMicros;
            var unused = producer.flushAsync().exceptionally(thrown -> null); // The sends themselves tell.
        }
    }

    private void answered(long bytes, @Nullable Throwable thrown) {
        if (thrown == null) {
            copied.increment();
        } else {
            failure = thrown;
        }
        long left = pendingBytes.addAndGet(-bytes);
        boolean hadRoom = left + bytes < MAX_PENDING_BYTES;
        if (left == 0 || (!hadRoom && left < MAX_PENDING_BYTES)) {
            onAnswer.run();
        }
    }

    void close() {
        producers.forEach(producer -> {
            var unused = producer.closeAsync().exceptionally(ignored -> null);
        });
    }
}
