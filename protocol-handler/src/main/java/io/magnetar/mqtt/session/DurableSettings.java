package io.magnetar.mqtt.session;

/**
 * What durable sessions may use.
 *
 * @param maxSessions how many there may be
 * @param queueRetentionMillis how long messages that are owed are kept; {@link Long#MAX_VALUE} for ever
 */
public record DurableSettings(int maxSessions, long queueRetentionMillis) {}
