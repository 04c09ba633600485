package io.magnetar.mqtt.connection;

import io.magnetar.mqtt.quota.NamespaceQuota;
import java.util.concurrent.TimeUnit;

/**
 * Who waits on one event loop for what one namespace may send, and for what it may be sent.
 *
 * <p>Thread: the event loop.
 */
record Shares(NamespaceQuota quota, ShareQueue in, ShareQueue out) {
    /** So that a client is heard at all. */
    private static final long LONGEST_UNREAD_NANOS = TimeUnit.SECONDS.toNanos(2);

    static Shares of(IoLoop loop, NamespaceQuota quota) {
        return new Shares(
                quota,
                new ShareQueue(loop, quota::in, LONGEST_UNREAD_NANOS),
                new ShareQueue(loop, quota::out, Long.MAX_VALUE));
    }
}
