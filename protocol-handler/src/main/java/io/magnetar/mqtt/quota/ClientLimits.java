package io.magnetar.mqtt.quota;

/**
 * What one client of a namespace may use.
 *
 * <p>Thread: immutable.
 *
 * @param in what it sends
 * @param out what it is sent
 * @param maxSubscriptions how many subscriptions it has
 */
public record ClientLimits(Rates in, Rates out, int maxSubscriptions) {}
