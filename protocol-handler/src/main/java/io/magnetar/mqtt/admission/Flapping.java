package io.magnetar.mqtt.admission;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How often everybody has connected lately, and who is banned for it. Both tables are in the order of time, so that what has
 * ended is at their begin; when one is full, the oldest gives way.
 *
 * <p>Thread: any; a CONNECT takes the lock for a moment.
 */
final class Flapping {
    private static final int MAX_WINDOWS = 65_536;
    private static final int MAX_BANS = 65_536;

    private final long windowNanos;
    private final long banNanos;
    private final Map<Offender, Window> windows = new LinkedHashMap<>();
    private final Map<Offender, Long> bannedSince = new LinkedHashMap<>();

    private static final class Window {
        private final long beganNanos;
        private int connects;

        Window(long beganNanos) {
            this.beganNanos = beganNanos;
        }
    }

    Flapping(int windowSeconds, int banSeconds) {
        this.windowNanos = TimeUnit.SECONDS.toNanos(windowSeconds);
        this.banNanos = TimeUnit.SECONDS.toNanos(banSeconds);
    }

    synchronized boolean isBanned(Offender offender, long nowNanos) {
        forget(nowNanos);
        return bannedSince.containsKey(offender);
    }

    /**
     * Counts a CONNECT.
     *
     * @param most how many there may be in a window
     * @return false when there are more, and a ban begins
     */
    synchronized boolean connects(Offender offender, int most, long nowNanos) {
        forget(nowNanos);
        Window window = windows.computeIfAbsent(offender, ignored -> new Window(nowNanos));
        window.connects++;
        if (window.connects <= most) {
            dropOldest(windows, MAX_WINDOWS);
            return true;
        }
        windows.remove(offender);
        bannedSince.put(offender, nowNanos);
        dropOldest(bannedSince, MAX_BANS);
        return false;
    }

    synchronized int bans(long nowNanos) {
        forget(nowNanos);
        return bannedSince.size();
    }

    private void forget(long nowNanos) {
        Iterator<Window> begun = windows.values().iterator();
        while (begun.hasNext() && nowNanos - begun.next().beganNanos > windowNanos) {
            begun.remove();
        }
        Iterator<Long> since = bannedSince.values().iterator();
        while (since.hasNext() && nowNanos - since.next() > banNanos) {
            since.remove();
        }
    }

    private static void dropOldest(Map<Offender, ?> table, int most) {
        if (table.size() > most) {
            Iterator<Offender> oldest = table.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }
}
