package io.magnetar.mqtt.session;

import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.record.RecordWriter;
import io.magnetar.mqtt.record.SessionDefinition;
import io.magnetar.mqtt.record.WillRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Takes up all sessions and groups when a broker starts.
 *
 * <p>Thread: any; used once for a start.
 */
final class SessionRestart {
    private final SessionLoader loader;
    private final GroupLoader groupLoader;
    private final SessionRecords records;
    private final SessionInterests interests;
    private final SessionWills wills;
    private final BrokerClock clock;

    SessionRestart(
            SessionLoader loader,
            GroupLoader groupLoader,
            SessionRecords records,
            SessionInterests interests,
            SessionWills wills,
            BrokerClock clock) {
        this.loader = loader;
        this.groupLoader = groupLoader;
        this.records = records;
        this.interests = interests;
        this.wills = wills;
        this.clock = clock;
    }

    /** Completes when messages are owed and groups are kept as before, and the log says what that is. */
    CompletableFuture<Void> run() {
        return loader.load()
                .whenComplete((loaded, failure) -> {
                    if (failure == null) {
                        loader.gone().forEach(records::delete);
                    }
                })
                .thenCompose(loaded -> CompletableFuture.allOf(
                                loaded.stream().map(this::restore).toArray(CompletableFuture[]::new))
                        .thenCompose(restored -> restoreGroups(loaded)));
    }

    private CompletableFuture<Void> restoreGroups(List<SessionLoader.Loaded> loaded) {
        loaded.forEach(groupLoader::add);
        return groupLoader.restore(loader.groups());
    }

    /** A session that was connected when the broker died counts as disconnected at the broker's last sign of life. */
    private CompletableFuture<Void> restore(SessionLoader.Loaded loaded) {
        SessionKey key = loaded.key();
        SessionDefinition recorded = loaded.definition();
        long began = TimeUnit.MICROSECONDS.toMillis(recorded.epoch());
        SessionDefinition absent =
                recorded.isConnected() ? recorded.leftAt(Math.max(began, loader.lastAliveMillis())) : recorded;
        WillRecord will = absent.will();
        if (will != null && !loaded.willInLogs().isEmpty()) {
            wills.found(will.mark(), loaded.willInLogs(), loader.lastAliveMillis());
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
