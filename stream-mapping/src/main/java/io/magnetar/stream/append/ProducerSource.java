package io.magnetar.stream.append;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.BatcherBuilder;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;

/** Makes the producers of partitions. Batches end when the writer says so, not by size or time. Thread: any. */
final class ProducerSource {
    private static final int NO_LIMIT = 0;
    private static final int MORE_MESSAGES_THAN_A_COMMIT = 4 * PartitionWriter.MAX_COMMIT_MESSAGES;
    private static final int MORE_BYTES_THAN_A_COMMIT = 4 * PartitionWriter.MAX_COMMIT_BYTES;
    private static final long LONGER_THAN_A_COMMIT_MILLIS = 1_000;

    private final PulsarClient client;
    private final AppendSettings settings;

    ProducerSource(PulsarClient client, AppendSettings settings) {
        this.client = client;
        this.settings = settings;
    }

    /** @param buckets whether messages have ordering keys, so that batches are made by these */
    CompletableFuture<Producer<byte[]>> create(String pulsarTopic, boolean buckets) {
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
                .createAsync();
    }
}
