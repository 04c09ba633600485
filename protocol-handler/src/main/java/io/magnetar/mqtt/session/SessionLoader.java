package io.magnetar.mqtt.session;

import io.magnetar.mqtt.queue.NamespaceQueue;
import io.magnetar.mqtt.queue.Queues;
import io.magnetar.mqtt.record.SessionDefinition;
import io.magnetar.mqtt.record.SessionProgress;
import io.magnetar.mqtt.record.WillRecord;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.queue.LogTails;
import io.magnetar.tenancy.Namespace;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the durable sessions that a broker before this one has left: all records at once, and then, for a namespace that is opened, the
 * rest.
 *
 * <pre>
 *   the records of a namespace --> its queue --> any session without a recorded end of its connection?
 *                                                   | no            | yes: the broker died
 *                                                   v               v
 *                                                 done     its logs' tails since the last sign of life:
 *                                                          QoS 2 publishes and wills that they have
 * </pre>
 *
 * Every second the broker records a sign of life: a time before which all progress of its sessions is in the log. So the tails are
 * short whatever the logs hold.
 *
 * <p>Thread: any.
 */
final class SessionLoader {
    private static final Logger LOG = LoggerFactory.getLogger(SessionLoader.class);

    private final SessionLog log;
    private final Queues queues;
    private final StreamCatalog streams;
    private final LogTails tails;

    SessionLoader(SessionLog log, Queues queues, StreamCatalog streams, LogTails tails) {
        this.log = log;
        this.queues = queues;
        this.streams = streams;
        this.tails = tails;
    }

    /**
     * A session as it is known after the start.
     *
     * @param definition without an end of its connection when the broker died while it was connected
     * @param willInLogs the Pulsar topics of the logs that have its will
     */
    record Loaded(SessionKey key, SessionDefinition definition, SessionProgress progress, Set<String> willInLogs) {}

    /**
     * All that the log has.
     *
     * @param lastAliveMillis when the broker before gave its last sign of life, epoch milliseconds; 0 when it never did
     */
    record Left(Map<Namespace, LeftRecords> records, long lastAliveMillis) {}

    static byte[] alive(long epochMillis) {
        return Long.toString(epochMillis).getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads all records. */
    CompletableFuture<Left> read() {
        Reading reading = new Reading();
        return log.load(reading::onRecord).thenApply(loaded -> reading.left());
    }

    /** Thread: the log's. */
    private static final class Reading {
        private final Map<Namespace, LeftRecords> records = new HashMap<>();
        private long lastAliveMillis;

        void onRecord(RecordKey key, byte[] value) {
            if (key.kind() == RecordKey.Kind.ALIVE) {
                lastAliveMillis =
                        Math.max(lastAliveMillis, Long.parseLong(new String(value, StandardCharsets.US_ASCII)));
                return;
            }
            records.computeIfAbsent(key.session().namespace(), namespace -> new LeftRecords())
                    .put(key, value);
        }

        Left left() {
            records.values().removeIf(LeftRecords::isEmpty);
            return new Left(records, lastAliveMillis);
        }
    }

    /** Finds what the records and the logs of a namespace tell of its sessions. */
    CompletableFuture<List<Loaded>> load(Namespace namespace, LeftRecords records, long lastAliveMillis) {
        if (!records.hasSessions()) {
            return CompletableFuture.completedFuture(List.of());
        }
        return queues.of(namespace).thenCompose(queue -> recover(queue, records.read(), lastAliveMillis));
    }

    private CompletableFuture<List<Loaded>> recover(NamespaceQueue queue, List<Loaded> sessions, long lastAliveMillis) {
        if (sessions.stream().noneMatch(SessionLoader::mayHaveMoreInTheLogs)) {
            return CompletableFuture.completedFuture(sessions);
        }
        Namespace namespace = queue.definition().namespace();
        List<StreamDefinition> logs = new ArrayList<>(streams.of(namespace).all());
        logs.add(queue.definition());
        LOG.info(
                "The broker died with sessions of namespace {} connected: reads {} logs since its last sign of life",
                namespace,
                logs.size());
        Recovery recovery = new Recovery();
        long since = Math.max(lastAliveMillis, oldest(sessions));
        CompletableFuture<Void> scanned = CompletableFuture.completedFuture(null);
        for (StreamDefinition each : logs) {
            scanned = scanned.thenCompose(
                    before -> tails.since(each, since, message -> recovery.onMessage(each.pulsarTopic(), message)));
        }
        return scanned.thenApply(done ->
                sessions.stream().map(session -> completed(session, recovery)).toList());
    }

    private static boolean mayHaveMoreInTheLogs(Loaded session) {
        WillRecord will = session.definition().will();
        return session.definition().isConnected()
                || (will != null && will.dueMillis() != WillRecord.WHEN_THE_CONNECTION_ENDS);
    }

    /** When the oldest of the sessions in question began, epoch milliseconds: none of their marks is older. */
    private static long oldest(List<Loaded> sessions) {
        return sessions.stream()
                .filter(SessionLoader::mayHaveMoreInTheLogs)
                .mapToLong(session ->
                        TimeUnit.MICROSECONDS.toMillis(session.definition().epoch()))
                .min()
                .orElse(0);
    }

    private static Loaded completed(Loaded session, Recovery recovery) {
        WillRecord will = session.definition().will();
        return new Loaded(
                session.key(),
                session.definition(),
                recovery.complete(session.key(), session.definition().epoch(), session.progress()),
                recovery.logsOfWill(session.key(), will == null ? null : will.mark()));
    }
}
