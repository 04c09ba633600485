package io.magnetar.log;

import io.magnetar.stream.append.AppendSettings;
import io.magnetar.stream.append.OwnedPartitions;
import io.magnetar.stream.append.PulsarLogWriter;
import io.magnetar.stream.turn.TurnThreads;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;
import org.apache.pulsar.client.api.PulsarClient;

/**
 * Opens the compacted logs of one broker, which share their threads.
 *
 * <p>Thread: any.
 */
public final class PulsarCompactedLogs {
    /** A Pulsar topic without partitions. */
    public static final int NOT_PARTITIONED = 0;

    private final PulsarClient client;
    private final OwnedPartitions owned;
    private final AppendSettings settings;
    private final ScheduledExecutorService timer;
    private final ExecutorService executor;
    private final Set<PulsarCompactedLog> open = ConcurrentHashMap.newKeySet();

    /**
     * @param owned the partitions of the broker in this process
     * @param timer looks now and then for records that have waited too long
     */
    public PulsarCompactedLogs(
            PulsarClient client, OwnedPartitions owned, AppendSettings settings, ScheduledExecutorService timer) {
        this.client = client;
        this.owned = owned;
        this.settings = settings;
        this.timer = timer;
        this.executor = TurnThreads.named("magnetar-log-", settings.threads());
    }

    /**
     * Opens a log, once in a broker: its writers have the broker's name.
     *
     * @param pulsarTopic an existing topic
     * @param partitions how many it has, or {@link #NOT_PARTITIONED}
     */
    public PulsarCompactedLog open(String pulsarTopic, int partitions) {
        List<String> topics = partitions == NOT_PARTITIONED
                ? List.of(pulsarTopic)
                : IntStream.range(0, partitions)
                        .mapToObj(partition -> pulsarTopic + "-partition-" + partition)
                        .toList();
        PulsarLogWriter writer = new PulsarLogWriter(client, owned, topics, settings, executor, timer);
        PulsarCompactedLog log = new PulsarCompactedLog(client, topics, writer, executor);
        open.add(log);
        return log;
    }

    /** Closes one log. Never fails. */
    public CompletableFuture<Void> close(PulsarCompactedLog log) {
        open.remove(log);
        return log.close();
    }

    /** Closes all logs and completes when all that was given to them is answered. Never fails. */
    public CompletableFuture<Void> close() {
        return CompletableFuture.allOf(
                        open.stream().map(PulsarCompactedLog::close).toArray(CompletableFuture[]::new))
                .whenComplete((done, failure) -> executor.shutdown());
    }
}
