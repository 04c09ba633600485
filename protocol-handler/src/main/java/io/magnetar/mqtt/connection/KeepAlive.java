package io.magnetar.mqtt.connection;

import io.magnetar.mqtt.owner.Owner;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Ends a connection that was silent for longer than its keep-alive allows, by default one and a half times as long [MQTT-3.1.2-22].
 * Whole packets end a silence. Of one that is not whole yet only every {@value #COUNTED_BYTES} bytes do: a large packet may come over a
 * slow line, and a client cannot stay for ever with a byte now and then. What is heard only notes the time; the timer looks at it
 * when it fires.
 *
 * <p>Thread: the connection's owner.
 */
final class KeepAlive {
    /** How much more of a packet must come to be heard. */
    static final int COUNTED_BYTES = 1_024;

    private final Owner owner;
    private final long limitNanos;
    private final BooleanSupplier isHeld;
    private final Runnable onTimeout;
    private final LongSupplier nanoTime;
    private long lastHeardNanos;
    /** How much of a packet that is not whole has been heard. */
    private int countedBytes;

    private boolean stopped;

    /**
     * @param seconds the keep-alive of CONNECT, greater than 0
     * @param percent how many hundredths of it the client may be silent
     * @param isHeld we do not read the connection ourselves, so that silence is not the client's
     * @param nanoTime the clock
     */
    KeepAlive(
            Owner owner, int seconds, int percent, BooleanSupplier isHeld, Runnable onTimeout, LongSupplier nanoTime) {
        this.owner = owner;
        this.isHeld = isHeld;
        this.limitNanos = TimeUnit.MILLISECONDS.toNanos(10L * percent * seconds);
        this.onTimeout = onTimeout;
        this.nanoTime = nanoTime;
        this.lastHeardNanos = nanoTime.getAsLong();
    }

    void start() {
        owner.schedule(this::check, limitNanos, TimeUnit.NANOSECONDS);
    }

    /** The client was heard of: a read has brought a whole packet, or what it sends is read again. */
    void heard() {
        lastHeardNanos = nanoTime.getAsLong();
        countedBytes = 0;
    }

    /**
     * A read has brought no whole packet.
     *
     * @param bytes how much of the next packet there is
     */
    void heardPart(int bytes) {
        if (bytes - countedBytes >= COUNTED_BYTES) {
            lastHeardNanos = nanoTime.getAsLong();
            countedBytes = bytes;
        }
    }

    void stop() {
        stopped = true;
    }

    private void check() {
        if (stopped) {
            return;
        }
        if (isHeld.getAsBoolean()) {
            lastHeardNanos = nanoTime.getAsLong();
        }
        long leftNanos = limitNanos - (nanoTime.getAsLong() - lastHeardNanos);
        if (leftNanos <= 0) {
            onTimeout.run();
        } else {
            owner.schedule(this::check, leftNanos, TimeUnit.NANOSECONDS);
        }
    }
}
