package io.magnetar.mqtt.connection;

import io.magnetar.mqtt.owner.Owner;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Ends a connection that was silent for longer than its keep-alive allows, by default one and a half times as long [MQTT-3.1.2-22]. A packet only notes the time; the
 * timer looks at it when it fires.
 *
 * <p>Thread: the connection's owner.
 */
final class KeepAlive {
    private final Owner owner;
    private final long limitNanos;
    private final BooleanSupplier isHeld;
    private final Runnable onTimeout;
    private long lastHeardNanos;
    private boolean stopped;

    /**
     * @param seconds the keep-alive of CONNECT, greater than 0
     * @param percent how many hundredths of it the client may be silent
     * @param isHeld we do not read the connection ourselves, so that silence is not the client's
     */
    KeepAlive(Owner owner, int seconds, int percent, BooleanSupplier isHeld, Runnable onTimeout, long nowNanos) {
        this.owner = owner;
        this.isHeld = isHeld;
        this.limitNanos = TimeUnit.MILLISECONDS.toNanos(10L * percent * seconds);
        this.onTimeout = onTimeout;
        this.lastHeardNanos = nowNanos;
    }

    void start() {
        owner.schedule(this::check, limitNanos, TimeUnit.NANOSECONDS);
    }

    void heard(long nowNanos) {
        lastHeardNanos = nowNanos;
    }

    void stop() {
        stopped = true;
    }

    private void check() {
        if (stopped) {
            return;
        }
        if (isHeld.getAsBoolean()) {
            lastHeardNanos = System.nanoTime();
        }
        long leftNanos = limitNanos - (System.nanoTime() - lastHeardNanos);
        if (leftNanos <= 0) {
            onTimeout.run();
        } else {
            owner.schedule(this::check, leftNanos, TimeUnit.NANOSECONDS);
        }
    }
}
