package io.magnetar.mqtt.namespace;

import io.magnetar.tenancy.Namespace;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Names that no tenant had a moment ago, so that many clients of one name cost one question. Both a word of the metadata store and
 * time end that. In the order of time; when it is full, the oldest gives way.
 *
 * <p>Thread: any; a CONNECT takes the lock for a moment.
 */
final class MissingTenants {
    static final int MAX_NAMES = 4_096;
    static final long REMEMBERED_MILLIS = 1_000;

    private final LongSupplier nanoTime;
    private final Map<Namespace, Long> since = new LinkedHashMap<>();

    MissingTenants(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    synchronized boolean has(Namespace namespace) {
        Long missed = since.get(namespace);
        if (missed == null) {
            return false;
        }
        boolean lately = nanoTime.getAsLong() - missed < TimeUnit.MILLISECONDS.toNanos(REMEMBERED_MILLIS);
        if (!lately) {
            since.remove(namespace);
        }
        return lately;
    }

    synchronized void add(Namespace namespace) {
        since.remove(namespace);
        since.put(namespace, nanoTime.getAsLong());
        if (since.size() > MAX_NAMES) {
            Iterator<Namespace> oldest = since.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    synchronized void forget(Namespace namespace) {
        since.remove(namespace);
    }
}
