package io.magnetar.mqtt.session;

import io.magnetar.mqtt.queue.NamespaceQueue;
import io.magnetar.mqtt.queue.Queues;
import io.magnetar.mqtt.record.RecordReader;
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
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds all durable sessions when a broker starts.
 *
 * <pre>
 *   all records --> their namespaces, opened --> the queues of these --> any session without a recorded end of its connection?
 *                                                         | no            | yes: the broker died
 *                                                         v               v
 *                                                       done     the logs' tails since the last sign of life:
 *                                                                QoS 2 publishes and wills that they have
 * </pre>
 *
 * Every second the broker records a sign of life: a time before which all progress of its sessions is in the log. So the tails are
 * short whatever the logs hold.
 *
 * <p>Thread: any; used once for a start.
 */
final class SessionLoader {
    private static final Logger LOG = LoggerFactory.getLogger(SessionLoader.class);

    private final SessionLog log;
    private final Queues queues;
    private final StreamCatalog streams;
    private final LogTails tails;
    private final Function<Namespace, CompletableFuture<NamespaceStanding>> namespaces;
    private final List<SessionKey> gone = new ArrayList<>();
    private final Map<SessionKey, byte[]> definitions = new HashMap<>();
    private final Map<SessionKey, byte[]> progresses = new HashMap<>();
    private final Map<SessionKey, byte[]> groups = new HashMap<>();
    private long lastAliveMillis;

    /** @param namespaces opens a namespace and tells what was found */
    SessionLoader(
            SessionLog log,
            Queues queues,
            StreamCatalog streams,
            LogTails tails,
            Function<Namespace, CompletableFuture<NamespaceStanding>> namespaces) {
        this.namespaces = namespaces;
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

    /** When the broker before gave its last sign of life, epoch milliseconds; 0 when it never did. */
    long lastAliveMillis() {
        return lastAliveMillis;
    }

    static byte[] alive(long epochMillis) {
        return Long.toString(epochMillis).getBytes(StandardCharsets.US_ASCII);
    }

    CompletableFuture<List<Loaded>> load() {
        return log.load(this::onRecord)
                .thenCompose(loaded -> openNamespaces())
                .thenCompose(opened -> openQueues())
                .thenCompose(this::recover);
    }

    private CompletableFuture<Void> openNamespaces() {
        Set<Namespace> recorded = Stream.of(definitions, progresses, groups)
                .flatMap(records -> records.keySet().stream())
                .map(SessionKey::namespace)
                .collect(Collectors.toSet());
        return CompletableFuture.allOf(recorded.stream()
                .map(namespace -> namespaces.apply(namespace).thenAccept(standing -> sortOut(namespace, standing)))
                .toArray(CompletableFuture[]::new));
    }

    private synchronized void sortOut(Namespace namespace, NamespaceStanding standing) {
        if (standing == NamespaceStanding.OPEN) {
            return;
        }
        Set<SessionKey> sessions = Stream.of(definitions, progresses)
                .flatMap(records -> records.keySet().stream())
                .filter(key -> key.namespace().equals(namespace))
                .collect(Collectors.toSet());
        definitions.keySet().removeAll(sessions);
        progresses.keySet().removeAll(sessions);
        if (standing == NamespaceStanding.GONE) {
            LOG.info("{} durable sessions have ended: tenant {} was deleted", sessions.size(), namespace);
            gone.addAll(sessions);
        } else {
            LOG.warn("{} durable sessions are passed over: namespace {} is not served", sessions.size(), namespace);
            groups.keySet().removeIf(key -> key.namespace().equals(namespace));
        }
    }

    /** The sessions whose tenants were deleted: nothing of them is left but their records. */
    List<SessionKey> gone() {
        return gone;
    }

    private void onRecord(RecordKey key, byte[] value) {
        if (key.kind() == RecordKey.Kind.ALIVE) {
            lastAliveMillis = Math.max(lastAliveMillis, Long.parseLong(new String(value, StandardCharsets.US_ASCII)));
            return;
        }
        Map<SessionKey, byte[]> records = recordsOf(key.kind());
        if (value.length == 0) {
            records.remove(key.session());
        } else {
            records.put(key.session(), value);
        }
    }

    private Map<SessionKey, byte[]> recordsOf(RecordKey.Kind kind) {
        return switch (kind) {
            case DEFINITION -> definitions;
            case GROUP -> groups;
            default -> progresses;
        };
    }

    /** The records of groups, by namespace and shared subscription. */
    Map<SessionKey, byte[]> groups() {
        return groups;
    }

    private CompletableFuture<List<NamespaceQueue>> openQueues() {
        Set<Namespace> namespaces =
                definitions.keySet().stream().map(SessionKey::namespace).collect(Collectors.toSet());
        List<CompletableFuture<NamespaceQueue>> opening =
                namespaces.stream().map(queues::of).toList();
        return CompletableFuture.allOf(opening.toArray(CompletableFuture[]::new))
                .thenApply(opened ->
                        opening.stream().map(queue -> queue.getNow(null)).toList());
    }

    private CompletableFuture<List<Loaded>> recover(List<NamespaceQueue> opened) {
        List<Loaded> sessions = read();
        if (sessions.stream().noneMatch(SessionLoader::mayHaveMoreInTheLogs)) {
            return CompletableFuture.completedFuture(sessions);
        }
        List<StreamDefinition> logs = new ArrayList<>(streams.all());
        opened.forEach(queue -> logs.add(queue.definition()));
        LOG.info("The broker died with sessions connected: reads {} logs since its last sign of life", logs.size());
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

    private List<Loaded> read() {
        List<Loaded> sessions = new ArrayList<>();
        definitions.forEach((key, definition) -> {
            try {
                byte[] progress = progresses.get(key);
                SessionDefinition read = RecordReader.definition(definition);
                sessions.add(new Loaded(
                        key,
                        read,
                        progress == null ? SessionProgress.NONE : RecordReader.progress(read.epoch(), progress),
                        Set.of()));
            } catch (IllegalArgumentException e) {
                LOG.error("A session's record cannot be read, the session is passed over: {}", e.getMessage());
            }
        });
        return sessions;
    }
}
