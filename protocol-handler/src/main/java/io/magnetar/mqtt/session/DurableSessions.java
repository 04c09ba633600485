package io.magnetar.mqtt.session;

import io.magnetar.message.PublishMark;
import io.magnetar.message.Publisher;
import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.queue.NamespaceQueue;
import io.magnetar.mqtt.queue.Queues;
import io.magnetar.mqtt.quota.NamespaceQuota;
import io.magnetar.mqtt.quota.Quotas;
import io.magnetar.mqtt.record.RecordWriter;
import io.magnetar.mqtt.record.SessionDefinition;
import io.magnetar.mqtt.record.SessionProgress;
import io.magnetar.mqtt.record.WillRecord;
import io.magnetar.mqtt.session.RecordKey.Kind;
import io.magnetar.mqtt.session.RecordSaver.WhenSaved;
import io.magnetar.mqtt.share.SharedGroups;
import io.magnetar.mqtt.will.WillPublisher;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.queue.LogTails;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All durable sessions of the broker, connected or not.
 *
 * <pre>
 *   none --CONNECT--> connected --connection ends--> absent --CONNECT--> connected ...
 *                         | expiry 0                   | expiry, or CONNECT with clean start
 *                         +----------> none <----------+
 * </pre>
 *
 * Their records are in {@link SessionRecords}; {@link SessionRestart} takes them up, {@link AbsentSessions} ends those that nobody comes
 * back for.
 *
 * <p>Thread: any. A session with a connection is changed by its {@link DurableSession} alone, for there is one connection at a time;
 * one without by timers and by the next CONNECT, which exclude each other.
 */
public final class DurableSessions {
    private static final Logger LOG = LoggerFactory.getLogger(DurableSessions.class);
    private static final long SWEEP_MILLIS = 500;
    private static final long ALIVE_MILLIS = 1_000;
    private static final long TRY_AGAIN_MILLIS = 10_000;
    /** How long a session that was being opened when its tenant was deleted may take to be seen. */
    private static final long GONE_MICROS = TimeUnit.MINUTES.toMicros(1);

    private final BrokerClock clock;
    private final DurableSettings settings;
    private final Quotas quotas;
    private final ScheduledExecutorService executor;
    private final SharedGroups groups;
    private final SessionInterests interests;
    private final SessionWills wills;
    private final RecordSaver saver;
    private final SessionRecords records;
    private final AbsentSessions absentSessions;
    private final SessionRestart restart;
    private final AtomicBoolean started = new AtomicBoolean();
    private final SessionCursors cursors;
    private final RecordedSessions recorded;
    private final SessionPurge purge;
    /** Those with a connection. */
    private final Map<SessionKey, DurableSession> connected = new ConcurrentHashMap<>();
    /** What is being saved of sessions that have lost their connection: since when. */
    private final Map<DurableSession, Long> underWay = new ConcurrentHashMap<>();

    /** Namespaces whose tenants were deleted, and when: sessions that began before have ended. */
    private final Map<Namespace, Long> gone = new ConcurrentHashMap<>();

    private volatile Map<Namespace, SessionCounts> counts = Map.of();

    public DurableSessions(
            SessionServices services,
            SessionLog log,
            Queues queues,
            SharedGroups groups,
            LogTails tails,
            DurableSettings settings,
            ScheduledExecutorService executor) {
        this.clock = services.clock();
        this.quotas = services.quotas();
        this.settings = settings;
        this.executor = executor;
        this.groups = groups;
        this.interests = new SessionInterests(services.routing(), queues, groups);
        this.wills = new SessionWills(new WillPublisher(services, executor), clock);
        this.saver = new RecordSaver(log, executor);
        this.records = new SessionRecords(saver, settings.queueRetentionMillis());
        this.absentSessions = new AbsentSessions(records, interests, wills, clock);
        this.cursors = new SessionCursors(records, clock, key -> connected.containsKey(key), wills);
        this.recorded = new RecordedSessions(records, absentSessions, key -> connected.containsKey(key));
        this.restart = new SessionRestart(
                new SessionLoader(log, queues, services.streams(), tails),
                groups,
                services.routing(),
                records,
                interests,
                wills,
                clock);
        this.purge = new SessionPurge(records, restart, executor);
    }

    /**
     * Reads the records of all sessions that there were. May be tried again after a failure; then what was read stays. No namespace may
     * be opened before.
     */
    public CompletableFuture<Void> read() {
        return restart.read();
    }

    /**
     * Takes up the sessions of a namespace that is being opened: opens the queue that messages are owed from. No client of the namespace
     * may be served before: a publish must not miss an absent session. May be tried again after a failure.
     */
    public CompletableFuture<Void> takeUp(Namespace namespace) {
        return restart.takeUp(namespace);
    }

    /**
     * Opens the namespaces that sessions are recorded in, and starts the timers. One that cannot be opened is tried again every
     * {@value #TRY_AGAIN_MILLIS} milliseconds, and does not make this fail.
     *
     * @param namespaces opens a namespace and takes up its sessions, and tells what was found
     */
    public CompletableFuture<Void> start(Function<Namespace, CompletableFuture<NamespaceStanding>> namespaces) {
        LeftNamespaces left = new LeftNamespaces(restart, namespaces, executor);
        return restart.read().thenCompose(read -> left.openAll()).thenRun(() -> {
            if (started.getAndSet(true)) {
                return;
            }
            LOG.info("{} durable sessions", records.size());
            var unused =
                    executor.scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
            unused = executor.scheduleWithFixedDelay(
                    this::giveSignOfLife, ALIVE_MILLIS, ALIVE_MILLIS, TimeUnit.MILLISECONDS);
            unused = executor.scheduleWithFixedDelay(groups::tick, ALIVE_MILLIS, ALIVE_MILLIS, TimeUnit.MILLISECONDS);
            unused = executor.scheduleWithFixedDelay(
                    left::tryAgain, TRY_AGAIN_MILLIS, TRY_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        });
    }

    /** Records the time before which all progress of all sessions is saved. */
    private void giveSignOfLife() {
        if (connected.isEmpty() && underWay.isEmpty() && wills.isIdle()) {
            return;
        }
        long settled = Math.min(Math.min(clock.millis(), wills.oldestMillis()), restart.settledMillis());
        for (long since : underWay.values()) {
            settled = Math.min(settled, since);
        }
        for (DurableSession session : connected.values()) {
            settled = Math.min(settled, session.settledMillis());
        }
        saver.save(new RecordKey(Kind.ALIVE, settings.broker()), SessionLoader.alive(settled), failure -> {});
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
        return open(key, request, false);
    }

    /** @param hasPlace the client had a session, whose place among those that may be its new one gets */
    private CompletableFuture<Opened> open(SessionKey key, Request request, boolean hasPlace) {
        StoredSession stored = records.get(key);
        if (stored != null && isGone(key, stored)) {
            absentSessions.forget(key, stored);
            return open(key, request, hasPlace);
        }
        if (stored != null && absentSessions.isWillDue(stored)) {
            absentSessions.publishWill(key, stored);
            stored = records.get(key);
        }
        CompletableFuture<Void> willTried = wills.tried(key);
        if (!willTried.isDone()) {
            // Until a log has it, only the record knows of the will, and the record is about to change.
            return willTried.thenCompose(tried -> open(key, request, hasPlace));
        }
        if (stored != null && (request.cleanStart() || absentSessions.hasExpired(stored))) {
            absentSessions.discard(key, stored);
            return open(key, request, true);
        }
        if (stored == null && request.expirySeconds() == 0) {
            return CompletableFuture.completedFuture(new Opened(false, null));
        }
        return stored == null && !hasPlace ? beginWherePlace(key, request) : begin(key, request, stored);
    }

    /** One after the other in a namespace, so that it has no more than it may however many come at once. */
    private CompletableFuture<Opened> beginWherePlace(SessionKey key, Request request) {
        NamespaceQuota quota = quotas.of(key.namespace());
        synchronized (quota.sessionsLock()) {
            if (records.size() >= settings.maxSessions()) {
                return CompletableFuture.failedFuture(new SessionRefusedException(
                        ReasonCode.QUOTA_EXCEEDED,
                        "the broker keeps at most " + settings.maxSessions() + " durable sessions"));
            }
            int most = quota.limits().clients().maxSessions();
            if (most > 0 && records.size(key.namespace()) >= most) {
                return CompletableFuture.failedFuture(new SessionRefusedException(
                        ReasonCode.QUOTA_EXCEEDED, "a namespace has at most " + most + " durable sessions"));
            }
            return begin(key, request, null);
        }
    }

    private CompletableFuture<Opened> begin(SessionKey key, Request request, @Nullable StoredSession stored) {
        long epoch = clock.nextMicros();
        SessionDefinition before = stored == null
                ? new SessionDefinition(epoch, 0, SessionDefinition.CONNECTED, List.of(), null)
                : stored.readUnpublished(clock.millis());
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
        CompletableFuture<Void> move = cursors.move(key);
        if (move != null) {
            connected.remove(key, session);
            return move.thenCompose(moved -> open(key, request));
        }
        records.keep(key, definition, stored == null ? SessionRecords.NOTHING : stored.progress());
        CompletableFuture<Opened> opened = new CompletableFuture<>();
        // What the last connection has left is recorded before this one tells its client anything that depends on it.
        CompletableFuture<Void> progressSaved = records.saved(Kind.PROGRESS, key);
        records.save(key, definition, failure -> {
            if (failure == null) {
                opened.complete(new Opened(stored != null, session));
            } else {
                opened.completeExceptionally(SessionRefusedException.unavailable(failure.reason()));
            }
        });
        boolean needsQueue = definition.owes()
                || !progress.partitions().isEmpty()
                || !progress.lent().isEmpty();
        CompletableFuture<@Nullable NamespaceQueue> queue =
                needsQueue ? interests.queue(key).thenApply(q -> q) : CompletableFuture.completedFuture(null);
        return opened.thenCombine(progressSaved, (result, saved) -> result)
                .thenCombine(queue, (result, used) -> {
                    session.use(used);
                    return result;
                })
                .exceptionallyCompose(failure -> {
                    session.abandon();
                    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                    return CompletableFuture.failedFuture(
                            cause instanceof SessionRefusedException
                                    ? cause
                                    : SessionRefusedException.unavailable(cause.getMessage()));
                });
    }

    long maxExpirySeconds() {
        return settings.maxExpirySeconds();
    }

    BrokerClock clock() {
        return clock;
    }

    SessionInterests interests() {
        return interests;
    }

    /** Ends a session's membership, unless the client has another connection by now, which may want the group. */
    void releaseGroup(DurableSession session, String filter) {
        DurableSession now = connected.get(session.key());
        if (now == null || now.equals(session)) {
            interests.releaseGroup(session.key(), filter);
        }
    }

    /** Ends what a session is owed for a filter, unless the client has another connection by now, which may want it. */
    void endOwing(DurableSession session, TopicFilter filter) {
        DurableSession now = connected.get(session.key());
        if (now == null || now.equals(session)) {
            interests.endOwing(session.key(), filter);
        }
    }

    /** A connected session's definition has changed. */
    void change(DurableSession session, SessionDefinition definition, AppendListener listener) {
        SessionKey key = session.key();
        StoredSession stored = records.get(key);
        if (stored == null || !session.equals(connected.get(key))) {
            listener.appended(null);
            return;
        }
        records.keep(key, definition, stored.progress());
        records.save(key, definition, listener);
    }

    void saveProgress(DurableSession session, SessionProgress progress, AppendListener listener) {
        if (session.equals(connected.get(session.key()))) {
            byte[] record = RecordWriter.write(session.definition().epoch(), progress);
            records.saveProgress(session.key(), record, listener);
        } else {
            listener.appended(null);
        }
    }

    /**
     * The connection of a session has ended.
     *
     * @param absent what the session is from now on
     * @param whenSaved runs once, on any thread, when the log has the progress or a newer one; null for nothing
     */
    void end(DurableSession session, SessionDefinition absent, SessionProgress progress, @Nullable Runnable whenSaved) {
        SessionKey key = session.key();
        if (!session.equals(connected.get(key))) {
            return;
        }
        byte[] saved = RecordWriter.write(absent.epoch(), progress);
        if (whenSaved != null) {
            records.saveProgress(key, saved, new WhenSaved(whenSaved));
        }
        records.keep(key, absent, saved);
        StoredSession stored = records.get(key);
        boolean stays = stored != null && absent.expirySeconds() != 0;
        if (stays) {
            underWay.put(session, session.settledMillis());
        }
        connected.remove(key, session);
        if (stored == null) {
            return;
        }
        if (!stays) {
            absentSessions.discard(key, stored);
            return;
        }
        records.saveAbsent(key, saved, absent, new WhenSaved(() -> underWay.remove(session)), failure -> {});
        if (!isGone(key, stored) && absentSessions.isWillDue(stored)) {
            absentSessions.publishWill(key, stored);
        }
    }

    /** The tenant of a namespace was deleted: its sessions end as they lose their connections, without their wills. */
    public void end(Namespace namespace) {
        gone.put(namespace, clock.nextMicros());
    }

    /** The namespace is being deleted, and has no clients any more. Completes when nothing of its sessions is left. */
    public CompletableFuture<Void> purge(Namespace namespace) {
        end(namespace);
        return purge.purge(namespace);
    }

    private boolean isGone(SessionKey key, StoredSession stored) {
        Long since = gone.get(key.namespace());
        return since != null && stored.epoch() < since;
    }

    private void sweep() {
        Map<Namespace, SessionCounts> counted = new HashMap<>();
        Set<Namespace> ending = new HashSet<>();
        records.forEach((key, stored) -> {
            if (restart.isLeft(key.namespace())) {
                return;
            }
            try {
                boolean isConnected = connected.containsKey(key);
                counted.compute(
                        key.namespace(), (same, sum) -> (sum == null ? SessionCounts.NONE : sum).plus(isConnected));
                boolean isGone = isGone(key, stored);
                if (isGone) {
                    ending.add(key.namespace());
                }
                if (!isConnected && cursors.move(key) == null) {
                    if (isGone) {
                        absentSessions.forget(key, stored);
                    } else {
                        absentSessions.lookAfter(key, stored);
                    }
                }
            } catch (RuntimeException e) {
                LOG.error("A durable session could not be looked after", e);
            }
        });
        counts = counted;
        long before = clock.nextMicros() - GONE_MICROS;
        gone.entrySet().removeIf(entry -> !ending.contains(entry.getKey()) && entry.getValue() < before);
    }

    /** How many there were by namespace when they were last looked after, about half a second ago. */
    public Map<Namespace, SessionCounts> counts() {
        return counts;
    }

    /** Those that this broker has taken up. */
    public RecordedSessions recorded() {
        return recorded;
    }

    /** Where they are in streams. */
    public SessionCursors cursors() {
        return cursors;
    }

    /** How many there are, connected or not. */
    public int size() {
        return records.size();
    }

    /** Completes when all records are saved. */
    public CompletableFuture<Void> close() {
        return groups.close().thenCompose(flushed -> saver.idle());
    }
}
