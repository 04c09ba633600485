package io.magnetar.mqtt.session;

/**
 * What durable sessions may use.
 *
 * @param broker the name that this broker gives signs of life under, and a namespace that it serves
 * @param maxSessions how many there may be
 * @param maxExpirySeconds the longest that one may outlive its connection
 * @param queueRetentionMillis how long messages that are owed are kept; {@link Long#MAX_VALUE} for ever
 */
public record DurableSettings(SessionKey broker, int maxSessions, long maxExpirySeconds, long queueRetentionMillis) {}
