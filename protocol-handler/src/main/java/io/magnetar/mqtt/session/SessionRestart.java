package io.magnetar.mqtt.session;

import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.record.RecordWriter;
import io.magnetar.mqtt.record.SessionDefinition;
import io.magnetar.mqtt.record.WillRecord;
import io.magnetar.mqtt.routing.Routing;
import io.magnetar.mqtt.share.SharedFilter;
import io.magnetar.mqtt.share.SharedGroups;
import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes up the sessions and groups that a broker before this one has left, each namespace's when it is opened.
 *
 * <pre>
 *   read --the namespace is opened--> loaded --> taken up
 *    |  ^                               |
 *    |  +---------- fails: as it was ---+
 *    +--its tenant was deleted--> the records are deleted
 *    +--it is not served--> the records stay
 * </pre>
 *
 * <p>Thread: any.
 */
final class SessionRestart {
    private final SessionLoader loader;
    private final SharedGroups groups;
    private final Routing routing;
    private final SessionRecords records;
    private final SessionInterests interests;
    private final SessionWills wills;
    private final BrokerClock clock;
    private final Map<Namespace, LeftRecords> left = new ConcurrentHashMap<>();
    private final Map<Namespace, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();
    private @Nullable CompletableFuture<Void> reading;
    private volatile long lastAliveMillis;

    SessionRestart(
            SessionLoader loader,
            SharedGroups groups,
            Routing routing,
            SessionRecords records,
            SessionInterests interests,
            SessionWills wills,
            BrokerClock clock) {
        this.loader = loader;
        this.groups = groups;
        this.routing = routing;
        this.records = records;
        this.interests = interests;
        this.wills = wills;
        this.clock = clock;
    }

    /** Reads all records, once; may be tried again after a failure. */
    synchronized CompletableFuture<Void> read() {
        if (reading == null || reading.isCompletedExceptionally()) {
            reading = loader.read().thenAccept(read -> {
                lastAliveMillis = read.lastAliveMillis();
                left.putAll(read.records());
            });
        }
        return reading;
    }

    /** The namespaces whose sessions are not taken up yet. */
    Set<Namespace> left() {
        return Set.copyOf(left.keySet());
    }

    boolean isLeft(Namespace namespace) {
        return left.containsKey(namespace);
    }

    /** The last sign of life of the broker before, epoch milliseconds, while not all of its sessions are taken up. */
    long settledMillis() {
        return left.isEmpty() ? Long.MAX_VALUE : lastAliveMillis;
    }

    /**
     * Takes up the sessions and groups of a namespace; may be tried again after a failure.
     *
     * @return completes when messages are owed and groups are kept as before, and the log says what that is
     */
    CompletableFuture<Void> takeUp(Namespace namespace) {
        if (!left.containsKey(namespace)) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> promise = new CompletableFuture<>();
        CompletableFuture<Void> before = underWay.putIfAbsent(namespace, promise);
        if (before != null) {
            return before;
        }
        var unused = takeUpNow(namespace, left.get(namespace)).whenComplete((done, failure) -> {
            if (failure == null) {
                left.remove(namespace);
            }
            underWay.remove(namespace, promise);
            if (failure == null) {
                promise.complete(null);
            } else {
                promise.completeExceptionally(failure);
            }
        });
        return promise;
    }

    private CompletableFuture<Void> takeUpNow(Namespace namespace, @Nullable LeftRecords recorded) {
        if (recorded == null) {
            return CompletableFuture.completedFuture(null);
        }
        return loader.load(namespace, recorded, lastAliveMillis).thenCompose(loaded -> {
            if (!left.containsKey(namespace)) {
                return CompletableFuture.completedFuture(null); // Its tenant was deleted meanwhile.
            }
            return CompletableFuture.allOf(loaded.stream().map(this::restore).toArray(CompletableFuture[]::new))
                    .thenCompose(restored -> restoreGroups(loaded, recorded));
        });
    }

    private CompletableFuture<Void> restoreGroups(List<SessionLoader.Loaded> loaded, LeftRecords recorded) {
        GroupLoader groupLoader = new GroupLoader(groups, routing);
        loaded.forEach(groupLoader::add);
        return groupLoader.restore(recorded.groups());
    }

    /** The tenant was deleted: nothing of its sessions is left but their records, and these are deleted. */
    Set<SessionKey> forget(Namespace namespace) {
        LeftRecords recorded = left.remove(namespace);
        if (recorded == null) {
            return Set.of();
        }
        recorded.sessions().forEach(records::delete);
        recorded.groups().keySet().forEach(key -> groups.deleteRecord(namespace, SharedFilter.parse(key.clientId())));
        return recorded.sessions();
    }

    /** The namespace is not served: its records stay, and nothing is done with them. */
    int passOver(Namespace namespace) {
        LeftRecords recorded = left.remove(namespace);
        return recorded == null ? 0 : recorded.sessions().size();
    }

    /** A session that was connected when the broker died counts as disconnected at the broker's last sign of life. */
    private CompletableFuture<Void> restore(SessionLoader.Loaded loaded) {
        SessionKey key = loaded.key();
        SessionDefinition recorded = loaded.definition();
        long began = TimeUnit.MICROSECONDS.toMillis(recorded.epoch());
        SessionDefinition absent =
                recorded.isConnected() ? recorded.leftAt(Math.max(began, lastAliveMillis)) : recorded;
        WillRecord will = absent.will();
        if (will != null && !loaded.willInLogs().isEmpty()) {
            wills.found(will.mark(), loaded.willInLogs(), lastAliveMillis);
        }
        byte[] progress = RecordWriter.write(recorded.epoch(), loaded.progress());
        records.keep(key, absent, progress);
        interests.oweAll(key, absent);
        absent.subscriptions().forEach(subscription -> clock.passed(subscription.latestMicros()));
        if (absent.equals(recorded)) {
            return CompletableFuture.completedFuture(null);
        }
        return saved(key, progress, absent);
    }

    private CompletableFuture<Void> saved(SessionKey key, byte[] progress, SessionDefinition absent) {
        CompletableFuture<Void> saved = new CompletableFuture<>();
        records.saveAbsent(key, progress, absent, failure -> {}, failure -> {
            if (failure == null) {
                saved.complete(null);
            } else {
                saved.completeExceptionally(SessionRefusedException.unavailable(failure.reason()));
            }
        });
        return saved;
    }
}
