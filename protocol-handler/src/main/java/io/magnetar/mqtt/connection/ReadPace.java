package io.magnetar.mqtt.connection;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Holds a client to its rates: what it sends beyond them is read later, and nothing is dropped. A client that was below a rate
 * may catch up, by what it would have sent in a second.
 *
 * <p>Each rate is a time that all that was taken is paid until: it goes on with each packet by what the packet costs, and while
 * it lies in the future, nothing is read.
 *
 * <p>Thread: the connection's owner.
 */
final class ReadPace {
    /** The value of a rate that limits nothing. */
    private static final int UNLIMITED = 0;

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Shorter pauses would cost a timer for each packet. */
    private static final long MIN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final int messagesPerSecond;
    private final int bytesPerSecond;
    private long messagesPaidUntilNanos;
    private long bytesPaidUntilNanos;

    /** Null when all that a client sends is read as it comes. */
    static @Nullable ReadPace of(ConnectionSettings settings) {
        return settings.maxMessageRate() == UNLIMITED && settings.maxByteRate() == UNLIMITED
                ? null
                : new ReadPace(settings.maxMessageRate(), settings.maxByteRate(), System.nanoTime());
    }

    ReadPace(int messagesPerSecond, int bytesPerSecond, long nowNanos) {
        this.messagesPerSecond = messagesPerSecond;
        this.bytesPerSecond = bytesPerSecond;
        this.messagesPaidUntilNanos = nowNanos - SECOND_NANOS;
        this.bytesPaidUntilNanos = nowNanos - SECOND_NANOS;
    }

    /**
     * Notes a packet.
     *
     * @return how long nothing more should be read, in nanoseconds; 0 for no pause
     */
    long took(boolean message, int bytes, long nowNanos) {
        long pause = 0;
        if (messagesPerSecond != UNLIMITED && message) {
            messagesPaidUntilNanos = paid(messagesPaidUntilNanos, 1, messagesPerSecond, nowNanos);
            pause = messagesPaidUntilNanos - nowNanos;
        }
        if (bytesPerSecond != UNLIMITED) {
            bytesPaidUntilNanos = paid(bytesPaidUntilNanos, bytes, bytesPerSecond, nowNanos);
            pause = Math.max(pause, bytesPaidUntilNanos - nowNanos);
        }
        return pause <= 0 ? 0 : Math.max(pause, MIN_PAUSE_NANOS);
    }

    private static long paid(long until, long amount, int perSecond, long nowNanos) {
        long from = nowNanos - until > SECOND_NANOS ? nowNanos - SECOND_NANOS : until;
        return from + amount * SECOND_NANOS / perSecond;
    }
}
