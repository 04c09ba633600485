package io.magnetar.mqtt.session;

import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the namespaces that a broker before this one has left sessions in. One that cannot be opened keeps nobody else waiting: it is
 * tried again until it can, and until then it has no clients, who would miss its sessions.
 *
 * <p>Thread: any.
 */
final class LeftNamespaces {
    private static final Logger LOG = LoggerFactory.getLogger(LeftNamespaces.class);
    private static final long WAITED_FOR_MILLIS = 60_000;
    private static final int NAMED = 10;

    private final SessionRestart restart;
    private final Function<Namespace, CompletableFuture<NamespaceStanding>> namespaces;
    private final ScheduledExecutorService executor;
    private final Set<Namespace> tried = ConcurrentHashMap.newKeySet();

    LeftNamespaces(
            SessionRestart restart,
            Function<Namespace, CompletableFuture<NamespaceStanding>> namespaces,
            ScheduledExecutorService executor) {
        this.restart = restart;
        this.namespaces = namespaces;
        this.executor = executor;
    }

    /** Completes when each is open or has failed, and in any case after a minute. */
    CompletableFuture<Void> openAll() {
        CompletableFuture<Void> waited =
                CompletableFuture.allOf(restart.left().stream().map(this::open).toArray(CompletableFuture[]::new));
        Runnable goOn = () -> waited.complete(null);
        var timer = executor.schedule(goOn, WAITED_FOR_MILLIS, TimeUnit.MILLISECONDS);
        return waited.thenRun(() -> {
            timer.cancel(false);
            Set<Namespace> left = restart.left();
            if (!left.isEmpty()) {
                List<Namespace> some = left.stream().limit(NAMED).toList();
                LOG.warn(
                        "{} namespaces cannot be opened now: their sessions wait, their clients are refused with 0x88, and they"
                                + " are tried again. Among them: {}",
                        left.size(),
                        some);
            }
        });
    }

    /** Tries those again that could not be opened; to be called now and then. */
    void tryAgain() {
        restart.left().forEach(namespace -> {
            var unused = open(namespace);
        });
    }

    private CompletableFuture<Void> open(Namespace namespace) {
        if (!tried.add(namespace)) {
            return CompletableFuture.completedFuture(null);
        }
        return namespaces
                .apply(namespace)
                .thenCompose(standing -> {
                    settle(namespace, standing);
                    return restart.takeUp(namespace);
                })
                .handle((done, failure) -> {
                    tried.remove(namespace);
                    if (failure != null) {
                        LOG.debug("Namespace {} cannot be opened now", namespace, failure);
                    }
                    return null;
                });
    }

    private void settle(Namespace namespace, NamespaceStanding standing) {
        switch (standing) {
            case OPEN -> {}
            case CLOSED ->
                LOG.warn(
                        "{} durable sessions are passed over: namespace {} is not served",
                        restart.passOver(namespace),
                        namespace);
            case GONE ->
                LOG.info(
                        "{} durable sessions have ended: tenant {} was deleted",
                        restart.forget(namespace).size(),
                        namespace);
        }
    }
}
