package io.magnetar.mqtt.namespace;

import io.magnetar.tenancy.Namespace;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Names of which something was found out a moment ago, so that many clients of one name cost one attempt. In the order of time; when it
 * is full, the oldest gives way.
 *
 * <p>Thread: any; a CONNECT takes the lock for a moment.
 */
final class RecentNames {
    static final int MAX_NAMES = 4_096;

    private final long rememberedMillis;
    private final LongSupplier nanoTime;
    private final Map<Namespace, Long> since = new LinkedHashMap<>();

    /** @param nanoTime the time that rises */
    RecentNames(long rememberedMillis, LongSupplier nanoTime) {
        this.rememberedMillis = rememberedMillis;
        this.nanoTime = nanoTime;
    }

    synchronized boolean has(Namespace namespace) {
        Long added = since.get(namespace);
        if (added == null) {
            return false;
        }
        boolean lately = nanoTime.getAsLong() - added < TimeUnit.MILLISECONDS.toNanos(rememberedMillis);
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
