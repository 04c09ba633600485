package io.magnetar.mqtt.quota;

/**
 * What one client of a namespace may use.
 *
 * <p>Thread: immutable.
 *
 * @param in what it sends
 * @param out what it is sent
 * @param maxSubscriptions how many subscriptions it has
 * @param maxSecondsTooFast how long it may send more than that without a pause before its connection ends, 0 for ever
 */
public record ClientLimits(Rates in, Rates out, int maxSubscriptions, int maxSecondsTooFast) {
    /** One that is read later for as long as it is too fast. */
    public ClientLimits(Rates in, Rates out, int maxSubscriptions) {
        this(in, out, maxSubscriptions, 0);
    }
}
