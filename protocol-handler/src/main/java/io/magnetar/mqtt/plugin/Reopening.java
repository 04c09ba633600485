package io.magnetar.mqtt.plugin;

import io.magnetar.mqtt.flow.Failures;
import io.magnetar.mqtt.namespace.NamespaceRefusedException;
import io.magnetar.mqtt.namespace.Namespaces;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.session.NamespaceStanding;
import io.magnetar.tenancy.Namespace;
import java.util.concurrent.CompletableFuture;

/** Opens the namespaces that sessions are recorded in. Stateless. */
final class Reopening {
    private Reopening() {}

    /** Fails when the namespace cannot be opened now, and may be later. */
    static CompletableFuture<NamespaceStanding> of(Namespaces namespaces, Namespace namespace) {
        return namespaces
                .reopen(namespace)
                .thenApply(ignored -> NamespaceStanding.OPEN)
                .exceptionallyCompose(failure -> {
                    if (Failures.cause(failure) instanceof NamespaceRefusedException refused) {
                        if (refused.isMissing()) {
                            return CompletableFuture.completedFuture(NamespaceStanding.GONE);
                        }
                        if (refused.code() == ReasonCode.NOT_AUTHORIZED) {
                            return CompletableFuture.completedFuture(NamespaceStanding.CLOSED);
                        }
                    }
                    return CompletableFuture.failedFuture(failure);
                });
    }
}
