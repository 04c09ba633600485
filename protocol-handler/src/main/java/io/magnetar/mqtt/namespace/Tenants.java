package io.magnetar.mqtt.namespace;

import io.magnetar.tenancy.Namespace;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The tenants that there are. Thread: any; never blocks. */
public interface Tenants {
    /** Tells whether there is a tenant now, past all caches. */
    CompletableFuture<Boolean> exists(Namespace namespace);

    /** Makes a tenant. Completes when it is there, made now or before, by this broker or another. */
    CompletableFuture<Void> create(Namespace namespace);

    /** Calls {@code listener} with a tenant that may have been made or deleted, by whomever; on any thread. */
    void onChange(Consumer<Namespace> listener);
}
