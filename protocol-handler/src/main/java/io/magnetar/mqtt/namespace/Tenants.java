package io.magnetar.mqtt.namespace;

import io.magnetar.tenancy.Namespace;
import java.util.concurrent.CompletableFuture;

/** The tenants that there are. Thread: any; never blocks. */
public interface Tenants {
    /** Tells whether there is a tenant now, past all caches. */
    CompletableFuture<Boolean> exists(Namespace namespace);

    /** Makes a tenant. Completes when it is there, made now or before, by this broker or another. */
    CompletableFuture<Void> create(Namespace namespace);

    /** Tells {@code listener} of changes, whoever makes them. A word may be lost. */
    void onChange(Listener listener);

    /** Called on any thread. */
    interface Listener {
        /** A tenant may have been made. */
        void changed(Namespace namespace);

        /** A tenant was deleted; one of its name that is there now is another one. */
        void deleted(Namespace namespace);
    }
}
