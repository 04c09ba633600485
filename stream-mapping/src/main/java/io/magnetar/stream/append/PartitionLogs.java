package io.magnetar.stream.append;

import io.magnetar.stream.append.OwnedPartitions.OwnedPartition;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.BatcherBuilder;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;

/**
 * Opens the logs of partitions: directly where this broker owns them, else through the client, whose batches end when the writer
 * says so, not by size or time.
 *
 * <p>Thread: any.
 */
final class PartitionLogs {
    private static final int NO_LIMIT = 0;
    private static final int MORE_MESSAGES_THAN_A_COMMIT = 4 * PartitionWriter.MAX_COMMIT_MESSAGES;
    private static final int MORE_BYTES_THAN_A_COMMIT = 4 * PartitionWriter.MAX_COMMIT_BYTES;
    private static final long LONGER_THAN_A_COMMIT_MILLIS = 1_000;

    private final PulsarClient client;
    private final OwnedPartitions owned;
    private final AppendSettings settings;

    PartitionLogs(PulsarClient client, OwnedPartitions owned, AppendSettings settings) {
        this.client = client;
        this.owned = owned;
        this.settings = settings;
    }

    /** @param buckets whether messages have ordering keys, so that batches are made by these */
    CompletableFuture<PartitionLog> open(String pulsarTopic, boolean buckets) {
        return client.newProducer()
                .topic(pulsarTopic)
                .producerName(settings.writerName())
                .sendTimeout(settings.timeoutMillis(), TimeUnit.MILLISECONDS)
                .blockIfQueueFull(false)
                .maxPendingMessages(NO_LIMIT)
                .enableBatching(true)
                .batcherBuilder(buckets ? BatcherBuilder.KEY_BASED : BatcherBuilder.DEFAULT)
                .batchingMaxMessages(MORE_MESSAGES_THAN_A_COMMIT)
                .batchingMaxBytes(MORE_BYTES_THAN_A_COMMIT)
                .batchingMaxPublishDelay(LONGER_THAN_A_COMMIT_MILLIS, TimeUnit.MILLISECONDS)
                .createAsync()
                .thenApply(producer -> log(pulsarTopic, producer));
    }

    private PartitionLog log(String pulsarTopic, Producer<byte[]> producer) {
        ProducerLog log = new ProducerLog(pulsarTopic, producer);
        return owned.find(pulsarTopic, producer.getProducerName())
                .<PartitionLog>map((OwnedPartition partition) -> new OwnedLog(pulsarTopic, partition, log))
                .orElse(log);
    }
}
