package io.magnetar.mqtt.share;

import io.magnetar.message.Qos;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What one client has room for, as all groups that it is a member of see it: a hint, so that those who choose pass over a client
 * that can take nothing now. The truth is known at the client's owner, when a message arrives there.
 *
 * <p>Thread: any may ask and reserve; the rest is the owner's.
 */
final class Room {
    private final int limit;
    /** QoS 1 and 2 messages of groups on their way to the owner or to the client. */
    private final AtomicInteger inflight = new AtomicInteger();

    private volatile boolean windowClosed;
    private volatile boolean socketClosed;

    /** @param limit QoS 1 and 2 messages on their way to the client at once */
    Room(int limit) {
        this.limit = limit;
    }

    boolean has(Qos qos) {
        return !socketClosed && (qos == Qos.AT_MOST_ONCE || (!windowClosed && inflight.get() < limit));
    }

    /** Takes a place, if there seems to be one. */
    boolean reserve(Qos qos) {
        boolean has = has(qos);
        if (has) {
            take(qos);
        }
        return has;
    }

    void take(Qos qos) {
        if (qos != Qos.AT_MOST_ONCE) {
            inflight.incrementAndGet();
        }
    }

    void release(Qos qos) {
        if (qos != Qos.AT_MOST_ONCE) {
            inflight.decrementAndGet();
        }
    }

    int inflight() {
        return inflight.get();
    }

    /** There is none, until the client takes more. */
    void close(Qos qos) {
        if (qos == Qos.AT_MOST_ONCE) {
            socketClosed = true;
        } else {
            windowClosed = true;
        }
    }

    /**
     * The client takes more now.
     *
     * @param window QoS 1 and 2 too
     */
    void open(boolean window) {
        if (socketClosed) {
            socketClosed = false;
        }
        if (windowClosed && window) {
            windowClosed = false;
        }
    }
}
