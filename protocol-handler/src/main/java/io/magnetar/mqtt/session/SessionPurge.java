package io.magnetar.mqtt.session;

import io.magnetar.mqtt.session.RecordKey.Kind;
import io.magnetar.tenancy.Namespace;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Ends all sessions of a namespace that is being deleted, without their wills, whether they were taken up or not.
 *
 * <p>Thread: any.
 */
final class SessionPurge {
    private static final long LOOK_AGAIN_MILLIS = 100;

    private final SessionRecords records;
    private final SessionRestart restart;
    private final ScheduledExecutorService executor;

    SessionPurge(SessionRecords records, SessionRestart restart, ScheduledExecutorService executor) {
        this.records = records;
        this.restart = restart;
        this.executor = executor;
    }

    /**
     * Waits for those that are ending.
     *
     * @return completes when memory has none, and the log has that they are deleted
     */
    CompletableFuture<Void> purge(Namespace namespace) {
        Set<SessionKey> ending = new HashSet<>(restart.forget(namespace));
        records.of(namespace).forEach(clientId -> ending.add(new SessionKey(namespace, clientId)));
        CompletableFuture<Void> none = new CompletableFuture<>();
        await(namespace, none);
        return none.thenCompose(ended -> CompletableFuture.allOf(ending.stream()
                .flatMap(key -> Stream.of(records.saved(Kind.PROGRESS, key), records.saved(Kind.DEFINITION, key)))
                .toArray(CompletableFuture[]::new)));
    }

    private void await(Namespace namespace, CompletableFuture<Void> none) {
        if (records.of(namespace).isEmpty()) {
            none.complete(null);
        } else if (!none.isDone()) {
            var unused = executor.schedule(() -> await(namespace, none), LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
