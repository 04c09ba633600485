package io.magnetar.mqtt.namespace;

import io.magnetar.tenancy.Namespace;
import java.util.concurrent.CompletableFuture;

/** The tenants that there are. Thread: any; never blocks. */
public interface Tenants {
    /** Tells whether there is a tenant now, past all caches. */
    CompletableFuture<Standing> standing(Namespace namespace);

    /** How it is with a tenant. */
    enum Standing {
        THERE,
        MISSING,
        /** Its namespace is being deleted: nobody may be in it. */
        BEING_DELETED
    }

    /** Makes a tenant. Completes when it is there, made now or before, by this broker or another. */
    CompletableFuture<Void> create(Namespace namespace);

    /** Tells {@code listener} of changes, whoever makes them. A word may be lost. */
    void onChange(Listener listener);

    /** Called on any thread. */
    interface Listener {
        /** A tenant may have been made. */
        void changed(Namespace namespace);

        /** A tenant was deleted, or begins to be; one of its name that is there later is another one. */
        void deleted(Namespace namespace);
    }
}
