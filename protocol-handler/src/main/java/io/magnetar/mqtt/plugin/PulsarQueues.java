package io.magnetar.mqtt.plugin;

import io.magnetar.log.PulsarCompactedLog;
import io.magnetar.log.PulsarCompactedLogs;
import io.magnetar.mqtt.config.MqttConfiguration;
import io.magnetar.stream.StreamAppender;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.append.AppendMeter;
import io.magnetar.stream.append.OwnedPartitions;
import io.magnetar.stream.append.PartitionContents;
import io.magnetar.stream.append.PulsarStreamAppender;
import io.magnetar.stream.queue.LogTails;
import io.magnetar.stream.queue.QueueCatalog;
import io.magnetar.stream.queue.QueueReaders;
import io.magnetar.stream.read.PulsarLogTails;
import io.magnetar.stream.read.PulsarQueueReaders;
import io.magnetar.stream.read.ReadSettings;
import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.TenantProvisioner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.pulsar.client.api.PulsarClient;

/**
 * What durable sessions need of Pulsar: the queue of each namespace, {@code persistent://<tenant>/queue/messages}, and the records of
 * all sessions, {@code persistent://mqtt/system/sessions}.
 *
 * <p>Thread: any.
 */
final class PulsarQueues {
    private static final String SYSTEM = "system";
    private static final String SESSIONS = "sessions";
    private static final int SESSION_PARTITIONS = 4;

    private final MqttConfiguration configuration;
    private final TenantProvisioner provisioner;
    private final QueueCatalog catalog = new QueueCatalog();
    private final PulsarStreamAppender appender;
    private final PulsarQueueReaders readers;
    private final PulsarLogTails tails;
    private final PulsarCompactedLog sessionLog;

    PulsarQueues(
            MqttConfiguration configuration,
            PulsarClient client,
            OwnedPartitions owned,
            PulsarCompactedLogs logs,
            PulsarStreams streams,
            ScheduledExecutorService executor) {
        this.configuration = configuration;
        this.provisioner = streams.provisioner();
        this.appender = new PulsarStreamAppender(
                client,
                owned,
                catalog,
                PartitionContents.UNKNOWN,
                queue -> AppendMeter.NONE,
                streams.appendSettings(),
                executor);
        this.readers = new PulsarQueueReaders(
                client, this::provision, ReadSettings.of(Integer.MAX_VALUE, configuration.ioThreads()));
        this.tails = new PulsarLogTails(client, ReadSettings.of(1, 1), executor);
        this.sessionLog = logs.open(
                "persistent://" + TenantProvisioner.OWN_TENANT + "/" + SYSTEM + "/" + SESSIONS, SESSION_PARTITIONS);
    }

    private CompletableFuture<StreamDefinition> provision(Namespace namespace) {
        return provisioner
                .provisionQueue(
                        namespace,
                        configuration.queue().retentionMinutes(),
                        configuration.queue().partitions())
                .thenApply(partitions -> {
                    StreamDefinition queue = StreamDefinition.queueOf(namespace, partitions);
                    catalog.add(queue);
                    return queue;
                });
    }

    /** The tenant was deleted. */
    void close(Namespace namespace) {
        catalog.remove(namespace);
    }

    StreamAppender appender() {
        return appender;
    }

    QueueReaders readers() {
        return readers;
    }

    LogTails tails() {
        return tails;
    }

    PulsarCompactedLog sessionLog() {
        return sessionLog;
    }

    /** Makes the log of session records. May be tried again after a failure. */
    CompletableFuture<Void> start() {
        return provisioner.provisionCompactedLog(TenantProvisioner.OWN_TENANT, SYSTEM, SESSIONS, SESSION_PARTITIONS);
    }

    /** Completes when all that was given to the queues is answered. */
    CompletableFuture<Void> close() {
        readers.close();
        return appender.close();
    }
}
