package io.magnetar.mqtt.plugin;

import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.namespace.Namespaces;
import io.magnetar.tenancy.Namespace;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Puts what was counted in a namespace to that of all closed ones when it is closed, and once more when its connections have ended.
 *
 * <p>Thread: any.
 */
final class ClosedCounts {
    private static final long AGAIN_SECONDS = 30;

    private final Counters counters;
    private final Namespaces namespaces;
    private final ScheduledExecutorService executor;

    ClosedCounts(Counters counters, Namespaces namespaces, ScheduledExecutorService executor) {
        this.counters = counters;
        this.namespaces = namespaces;
        this.executor = executor;
    }

    void close(Namespace namespace) {
        counters.close(namespace);
        var unused = executor.schedule(
                () -> {
                    if (!namespaces.isOpen(namespace)) {
                        counters.close(namespace);
                    }
                },
                AGAIN_SECONDS,
                TimeUnit.SECONDS);
    }
}
