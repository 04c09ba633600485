package io.magnetar.mqtt.access;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the clients of a namespace share: the version of its rules, which rises when any of them may have changed, and who wants to know.
 *
 * <p>Thread: any.
 */
final class NamespaceAccess {
    private final AtomicLong version = new AtomicLong(1);
    private final Set<ClientAccess> clients = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean telling = new AtomicBoolean();

    long version() {
        return version.get();
    }

    void changed() {
        version.incrementAndGet();
    }

    void add(ClientAccess client) {
        clients.add(client);
    }

    void remove(ClientAccess client) {
        clients.remove(client);
    }

    /** Whether the clients are to be told later, and are not about to be. */
    boolean willTell() {
        return telling.compareAndSet(false, true);
    }

    /** Has each client look again, at its owner. */
    void tell() {
        telling.set(false);
        clients.forEach(ClientAccess::changed);
    }
}
