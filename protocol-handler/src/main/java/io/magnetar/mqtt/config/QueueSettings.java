package io.magnetar.mqtt.config;

import java.util.concurrent.TimeUnit;

/**
 * Durable sessions, and the log of what they are owed.
 *
 * @param maxSessions how many there may be
 * @param maxGroups how many shared subscriptions may have a durable member
 * @param retentionMinutes how long messages are kept, -1 for ever
 * @param partitions of a queue that is made
 * @param maxReaders partitions that are read at a time for sessions that have not caught up
 */
public record QueueSettings(int maxSessions, int maxGroups, int retentionMinutes, int partitions, int maxReaders) {
    /** How long messages are kept, {@link Long#MAX_VALUE} for ever. */
    public long retentionMillis() {
        return retentionMinutes < 0 ? Long.MAX_VALUE : TimeUnit.MINUTES.toMillis(retentionMinutes);
    }
}
