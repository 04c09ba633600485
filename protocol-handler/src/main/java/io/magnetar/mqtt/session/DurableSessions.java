package io.magnetar.mqtt.session;

import io.magnetar.message.PublishMark;
import io.magnetar.message.Publisher;
import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.queue.NamespaceQueue;
import io.magnetar.mqtt.queue.Queues;
import io.magnetar.mqtt.record.RecordWriter;
import io.magnetar.mqtt.record.SessionDefinition;
import io.magnetar.mqtt.record.SessionProgress;
import io.magnetar.mqtt.record.SubscriptionRecord;
import io.magnetar.mqtt.record.WillRecord;
import io.magnetar.mqtt.routing.RoutingTable;
import io.magnetar.mqtt.session.RecordKey.Kind;
import io.magnetar.mqtt.session.RecordSaver.Entry;
import io.magnetar.mqtt.session.RecordSaver.WhenSaved;
import io.magnetar.mqtt.share.SharedFilter;
import io.magnetar.mqtt.share.SharedGroups;
import io.magnetar.mqtt.will.WillPublisher;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.queue.LogTails;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All durable sessions of the broker, connected or not: the two records of each, in memory as bytes and in the log.
 *
 * <pre>
 *   none --CONNECT--> connected --connection ends--> absent --CONNECT--> connected ...
 *                         | expiry 0                   | expiry, or CONNECT with clean start
 *                         +----------> none <----------+
 * </pre>
 *
 * A will is due when its connection ends or after its delay, at the latest when the session ends; a new connection of the session
 * cancels one that is not due yet [MQTT-3.1.3-9]. It is struck out of the record when the logs have it.
 *
 * <p>Thread: any. A session with a connection is changed by its {@link DurableSession} alone, for there is one connection at a time;
 * one without by timers and by the next CONNECT, which exclude each other.
 */
public final class DurableSessions {
    private static final Logger LOG = LoggerFactory.getLogger(DurableSessions.class);
    private static final long SWEEP_MILLIS = 500;
    private static final long ALIVE_MILLIS = 1_000;
    private static final byte[] NOTHING = {};

    private final SessionServices services;
    private final Supplier<SessionLoader> loader;
    private final Queues queues;
    private final SharedGroups groups;
    private final SessionWills wills;
    private final DurableSettings settings;
    private final ScheduledExecutorService executor;
    private final RecordSaver saver;
    private final Map<SessionKey, StoredSession> sessions = new ConcurrentHashMap<>();
    /** Those with a connection. */
    private final Map<SessionKey, DurableSession> connected = new ConcurrentHashMap<>();
    /** What is being saved of sessions that have lost their connection: since when. */
    private final Map<DurableSession, Long> underWay = new ConcurrentHashMap<>();

    private volatile Map<Namespace, SessionCounts> counts = Map.of();

    public DurableSessions(
            SessionServices services,
            SessionLog log,
            Queues queues,
            SharedGroups groups,
            LogTails tails,
            DurableSettings settings,
            ScheduledExecutorService executor) {
        this.services = services;
        this.loader = () -> new SessionLoader(log, queues, services.streams(), tails);
        this.queues = queues;
        this.groups = groups;
        this.wills = new SessionWills(new WillPublisher(services, executor), services.clock());
        this.settings = settings;
        this.executor = executor;
        this.saver = new RecordSaver(log, executor);
    }

    /**
     * Reads all records, opens the queues that messages are owed from, and starts the timers. No client may be served before: a
     * publish must not miss an absent session.
     */
    public CompletableFuture<Void> start() {
        SessionLoader loading = loader.get();
        return loading.load()
                .thenCompose(loaded -> CompletableFuture.allOf(loaded.stream()
                                .map(session -> restore(session, loading.lastAliveMillis()))
                                .toArray(CompletableFuture[]::new))
                        .thenCompose(restored -> restoreGroups(loaded, loading)))
                .thenRun(() -> {
                    LOG.info("{} durable sessions", sessions.size());
                    var unused = executor.scheduleWithFixedDelay(
                            this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
                    unused = executor.scheduleWithFixedDelay(
                            this::giveSignOfLife, ALIVE_MILLIS, ALIVE_MILLIS, TimeUnit.MILLISECONDS);
                    unused = executor.scheduleWithFixedDelay(
                            groups::tick, ALIVE_MILLIS, ALIVE_MILLIS, TimeUnit.MILLISECONDS);
                });
    }

    private CompletableFuture<Void> restoreGroups(List<SessionLoader.Loaded> loaded, SessionLoader loading) {
        GroupLoader groupLoader = new GroupLoader(groups, services.routing());
        loaded.forEach(groupLoader::add);
        return groupLoader.restore(
                loading.groups(), group -> saver.save(new RecordKey(Kind.GROUP, group), NOTHING, failure -> {}));
    }

    /** A session that was connected when the broker died counts as disconnected at the broker's last sign of life. */
    private CompletableFuture<Void> restore(SessionLoader.Loaded loaded, long lastAliveMillis) {
        SessionKey key = loaded.key();
        SessionDefinition recorded = loaded.definition();
        long began = TimeUnit.MICROSECONDS.toMillis(recorded.epoch());
        SessionDefinition absent =
                recorded.isConnected() ? leave(recorded, Math.max(began, lastAliveMillis)) : recorded;
        WillRecord will = absent.will();
        if (will != null && !loaded.willInLogs().isEmpty()) {
            wills.found(will.mark(), loaded.willInLogs(), lastAliveMillis);
        }
        byte[] progress = RecordWriter.write(recorded.epoch(), loaded.progress());
        keep(key, absent, progress);
        absent.subscriptions().stream()
                .filter(SubscriptionRecord::owes)
                .forEach(subscription -> table(key).owe(new TopicFilter(subscription.filter()), key.clientId()));
        if (absent.equals(recorded)) {
            return CompletableFuture.completedFuture(null);
        }
        return saved(key, progress, absent);
    }

    private CompletableFuture<Void> saved(SessionKey key, byte[] progress, SessionDefinition absent) {
        CompletableFuture<Void> saved = new CompletableFuture<>();
        saveAbsent(key, progress, absent, failure -> {}, failure -> {
            if (failure == null) {
                saved.complete(null);
            } else {
                saved.completeExceptionally(unavailable(failure.reason()));
            }
        });
        return saved;
    }

    /** Records the time before which all progress of all sessions is saved. */
    private void giveSignOfLife() {
        if (connected.isEmpty() && underWay.isEmpty() && wills.isIdle()) {
            return;
        }
        long settled = Math.min(services.clock().millis(), wills.oldestMillis());
        for (long since : underWay.values()) {
            settled = Math.min(settled, since);
        }
        for (DurableSession session : connected.values()) {
            settled = Math.min(settled, session.settledMillis());
        }
        saver.save(new RecordKey(Kind.ALIVE, settings.broker()), SessionLoader.alive(settled), failure -> {});
    }

    /** The definition of a session whose connection ends now. */
    SessionDefinition leave(SessionDefinition definition) {
        return leave(definition, services.clock().millis());
    }

    private SessionDefinition leave(SessionDefinition definition, long now) {
        WillRecord will = definition.will();
        if (will == null) {
            return definition.disconnected(now, null);
        }
        long delaySeconds = Math.min(will.will().delaySeconds(), definition.expirySeconds());
        return definition.disconnected(now, will.dueAt(now + TimeUnit.SECONDS.toMillis(delaySeconds)));
    }

    private RoutingTable table(SessionKey key) {
        return services.routing().table(key.namespace());
    }

    /**
     * What a CONNECT wants of its session.
     *
     * @param cleanStart a session that there is ends first
     * @param expirySeconds how long it is to outlive the connection; 0 for not at all
     * @param publisher the identity of the client
     */
    public record Request(boolean cleanStart, long expirySeconds, Publisher publisher, Connect.@Nullable Will will) {}

    /**
     * The session of a connection.
     *
     * @param present there was one, and it goes on
     * @param session null when it ends with the connection
     */
    public record Opened(boolean present, @Nullable DurableSession session) {}

    /**
     * Opens the session for a new connection, when all earlier connections of the client identifier have ended.
     *
     * @return completes when the log has the session's definition, on any thread; fails with a {@link SessionRefusedException}
     */
    public CompletableFuture<Opened> open(SessionKey key, Request request) {
        StoredSession stored = sessions.get(key);
        if (stored != null && stored.willDueMillis() <= services.clock().millis()) {
            publishWill(key, stored);
            stored = sessions.get(key);
        }
        CompletableFuture<Void> willTried = wills.tried(key);
        if (!willTried.isDone()) {
            // Until a log has it, only the record knows of the will, and the record is about to change.
            return willTried.thenCompose(tried -> open(key, request));
        }
        if (stored != null
                && (request.cleanStart()
                        || stored.expiresAtMillis() <= services.clock().millis())) {
            discard(key, stored);
            return open(key, request);
        }
        if (stored == null && request.expirySeconds() == 0) {
            return CompletableFuture.completedFuture(new Opened(false, null));
        }
        if (stored == null && sessions.size() >= settings.maxSessions()) {
            return CompletableFuture.failedFuture(new SessionRefusedException(
                    ReasonCode.QUOTA_EXCEEDED,
                    "the broker keeps at most " + settings.maxSessions() + " durable sessions"));
        }
        return open(key, request, stored);
    }

    private CompletableFuture<Opened> open(SessionKey key, Request request, @Nullable StoredSession stored) {
        long epoch = services.clock().nextMicros();
        SessionDefinition before = stored == null
                ? new SessionDefinition(epoch, 0, SessionDefinition.CONNECTED, List.of(), null)
                : stored.readUnpublished(services.clock().millis());
        WillRecord will = request.will() == null
                ? null
                : new WillRecord(
                        request.will(),
                        request.publisher().username(),
                        new PublishMark(before.epoch(), epoch, 0),
                        WillRecord.WHEN_THE_CONNECTION_ENDS);
        SessionDefinition definition = before.connected(request.expirySeconds(), will);
        SessionProgress progress = stored == null ? SessionProgress.NONE : stored.readProgress();
        DurableSession session = new DurableSession(this, key, stored == null ? null : before, definition, progress);
        connected.put(key, session);
        keep(key, definition, stored == null ? NOTHING : stored.progress());
        CompletableFuture<Opened> opened = new CompletableFuture<>();
        // What the last connection has left is recorded before this one tells its client anything that depends on it.
        CompletableFuture<Void> progressSaved = saver.settled(new RecordKey(Kind.PROGRESS, key));
        save(key, definition, failure -> {
            if (failure == null) {
                opened.complete(new Opened(stored != null, session));
            } else {
                opened.completeExceptionally(unavailable(failure.reason()));
            }
        });
        boolean needsQueue = definition.owes()
                || !progress.partitions().isEmpty()
                || !progress.lent().isEmpty();
        CompletableFuture<@Nullable NamespaceQueue> queue =
                needsQueue ? queues.of(key.namespace()).thenApply(q -> q) : CompletableFuture.completedFuture(null);
        return opened.thenCombine(progressSaved, (result, saved) -> result)
                .thenCombine(queue, (result, used) -> {
                    session.use(used);
                    return result;
                })
                .exceptionallyCompose(failure -> {
                    session.abandon();
                    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                    return CompletableFuture.failedFuture(
                            cause instanceof SessionRefusedException ? cause : unavailable(cause.getMessage()));
                });
    }

    private static SessionRefusedException unavailable(@Nullable String reason) {
        return new SessionRefusedException(ReasonCode.SERVER_UNAVAILABLE, "the session cannot be kept now: " + reason);
    }

    long maxExpirySeconds() {
        return settings.maxExpirySeconds();
    }

    BrokerClock clock() {
        return services.clock();
    }

    CompletableFuture<NamespaceQueue> queue(SessionKey key) {
        return queues.of(key.namespace());
    }

    void owe(SessionKey key, TopicFilter filter) {
        table(key).owe(filter, key.clientId());
    }

    void endOwing(SessionKey key, TopicFilter filter) {
        table(key).endOwing(filter, key.clientId());
    }

    CompletableFuture<Void> keepGroup(SessionKey key, String filter) {
        return groups.keep(table(key), SharedFilter.parse(filter), key.clientId());
    }

    void releaseGroup(SessionKey key, String filter) {
        groups.release(table(key), SharedFilter.parse(filter), key.clientId());
    }

    /** The same, unless the client has another connection by now, which may want the group. */
    void releaseGroup(DurableSession session, String filter) {
        DurableSession now = connected.get(session.key());
        if (now == null || now.equals(session)) {
            releaseGroup(session.key(), filter);
        }
    }

    /** Keeps a session's records in memory. */
    private void keep(SessionKey key, SessionDefinition definition, byte[] progress) {
        sessions.put(key, StoredSession.of(definition, progress, settings.queueRetentionMillis()));
    }

    private void save(SessionKey key, SessionDefinition definition, AppendListener listener) {
        saver.save(new RecordKey(Kind.DEFINITION, key), RecordWriter.write(definition), listener);
    }

    /**
     * The progress comes first: what is recorded as disconnected is taken to have no more in the logs than its records tell.
     *
     * @param onProgress told of the progress
     * @param onDefinition told of the definition, or of a newer one
     */
    private void saveAbsent(
            SessionKey key,
            byte[] progress,
            SessionDefinition absent,
            AppendListener onProgress,
            AppendListener onDefinition) {
        saver.saveInOrder(
                new Entry(new RecordKey(Kind.PROGRESS, key), progress, onProgress),
                new Entry(new RecordKey(Kind.DEFINITION, key), RecordWriter.write(absent), onDefinition));
    }

    /** A connected session's definition has changed. */
    void change(DurableSession session, SessionDefinition definition, AppendListener listener) {
        SessionKey key = session.key();
        StoredSession stored = sessions.get(key);
        if (stored == null || !session.equals(connected.get(key))) {
            listener.appended(null);
            return;
        }
        keep(key, definition, stored.progress());
        save(key, definition, listener);
    }

    void saveProgress(DurableSession session, SessionProgress progress, AppendListener listener) {
        if (session.equals(connected.get(session.key()))) {
            saver.save(
                    new RecordKey(Kind.PROGRESS, session.key()),
                    RecordWriter.write(session.definition().epoch(), progress),
                    listener);
        } else {
            listener.appended(null);
        }
    }

    /**
     * The connection of a session has ended.
     *
     * @param absent what the session is from now on
     */
    void end(DurableSession session, SessionDefinition absent, SessionProgress progress) {
        SessionKey key = session.key();
        if (!session.equals(connected.get(key))) {
            return;
        }
        byte[] saved = RecordWriter.write(absent.epoch(), progress);
        keep(key, absent, saved);
        StoredSession stored = sessions.get(key);
        boolean stays = stored != null && absent.expirySeconds() != 0;
        if (stays) {
            underWay.put(session, session.settledMillis());
        }
        connected.remove(key, session);
        if (stored == null) {
            return;
        }
        if (!stays) {
            discard(key, stored);
            return;
        }
        saveAbsent(key, saved, absent, new WhenSaved(() -> underWay.remove(session)), failure -> {});
        if (stored.willDueMillis() <= services.clock().millis()) {
            publishWill(key, stored);
        }
    }

    /** Ends a session without a connection: its will, if it has one, is due. */
    private void discard(SessionKey key, StoredSession stored) {
        if (!sessions.remove(key, stored)) {
            return;
        }
        SessionDefinition definition = stored.readDefinition();
        definition.subscriptions().stream()
                .filter(SubscriptionRecord::owes)
                .forEach(subscription -> endOwing(key, new TopicFilter(subscription.filter())));
        definition.subscriptions().stream()
                .filter(GroupLoader::keepsGroup)
                .forEach(subscription -> releaseGroup(key, subscription.filter()));
        WillRecord will = definition.will();
        if (will == null) {
            delete(key);
        } else if (stored.willDueMillis() != Long.MAX_VALUE) {
            wills.publish(key, will, () -> {
                delete(key);
                settleWhenRecorded(key, will);
            });
        } // Else it is being published, and who does that deletes the records.
    }

    /** Deletes the records of a session, unless there is one of the same key again. */
    private void delete(SessionKey key) {
        var unused = sessions.compute(key, (same, again) -> {
            if (again == null) {
                saver.save(new RecordKey(Kind.PROGRESS, key), NOTHING, failure -> {});
                saver.save(new RecordKey(Kind.DEFINITION, key), NOTHING, failure -> {});
            }
            return again;
        });
    }

    private void publishWill(SessionKey key, StoredSession stored) {
        SessionDefinition definition = stored.readDefinition();
        WillRecord will = definition.will();
        StoredSession without = new StoredSession(
                stored.epoch(), stored.definition(), stored.progress(), stored.expiresAtMillis(), Long.MAX_VALUE);
        if (will != null && sessions.replace(key, stored, without)) {
            wills.publish(key, will, () -> strikeOut(key, without, will));
        }
    }

    /** The will is in the logs. */
    private void strikeOut(SessionKey key, StoredSession published, WillRecord will) {
        SessionDefinition definition = published.readDefinition().withoutWill();
        StoredSession struck = StoredSession.of(definition, published.progress(), settings.queueRetentionMillis());
        StoredSession now = sessions.computeIfPresent(key, (same, present) -> {
            if (!present.equals(published)) {
                return present;
            }
            saver.saveInTurn(
                    new RecordKey(Kind.DEFINITION, key),
                    RecordWriter.write(definition),
                    new WhenSaved(() -> wills.settled(will)));
            return struck;
        });
        if (now == null) {
            delete(key);
        }
        if (!struck.equals(now)) {
            settleWhenRecorded(key, will);
        }
    }

    /** Memory has forgotten the will; its record has when all that is under way is saved. */
    private void settleWhenRecorded(SessionKey key, WillRecord will) {
        var unused = saver.settled(new RecordKey(Kind.DEFINITION, key)).thenRun(() -> wills.settled(will));
    }

    private void sweep() {
        long now = services.clock().millis();
        Map<Namespace, SessionCounts> counted = new HashMap<>();
        sessions.forEach((key, stored) -> {
            try {
                boolean isConnected = connected.containsKey(key);
                counted.compute(
                        key.namespace(), (same, sum) -> (sum == null ? SessionCounts.NONE : sum).plus(isConnected));
                if (isConnected) {
                    return;
                }
                if (stored.expiresAtMillis() <= now) {
                    discard(key, stored);
                } else if (stored.willDueMillis() <= now) {
                    publishWill(key, stored);
                }
            } catch (RuntimeException e) {
                LOG.error("A durable session could not be looked after", e);
            }
        });
        counts = counted;
    }

    /** How many there were by namespace when they were last looked after, about half a second ago. */
    public Map<Namespace, SessionCounts> counts() {
        return counts;
    }

    /** How many there are, connected or not. */
    public int size() {
        return sessions.size();
    }

    /** Completes when all records are saved. */
    public CompletableFuture<Void> close() {
        return groups.close().thenCompose(flushed -> saver.idle());
    }
}
