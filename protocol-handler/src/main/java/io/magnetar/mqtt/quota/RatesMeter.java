package io.magnetar.mqtt.quota;

/**
 * Measures what flows in one direction at its {@link Rates}.
 *
 * <p>Thread: any; no lock, nothing allocated.
 */
public final class RatesMeter {
    private final Rates rates;
    private final RateMeter messages;
    private final RateMeter bytes;

    public RatesMeter(Rates rates, long nowNanos) {
        this.rates = rates;
        this.messages = new RateMeter(rates.messages(), nowNanos);
        this.bytes = new RateMeter(rates.bytes(), nowNanos);
    }

    public Rates rates() {
        return rates;
    }

    public boolean isUnlimited() {
        return rates.isUnlimited();
    }

    /** Takes a packet that is there, be it more than may be: the next one waits for it. */
    public void take(boolean message, int packetBytes, long nowNanos) {
        if (message && !rates.messages().isUnlimited()) {
            messages.take(rates.messages(), 1, nowNanos);
        }
        if (!rates.bytes().isUnlimited()) {
            bytes.take(rates.bytes(), packetBytes, nowNanos);
        }
    }

    /** How long the next message waits, in nanoseconds; 0 when it may come now. */
    public long waitNanos(long nowNanos) {
        long wait = 0;
        if (!rates.messages().isUnlimited()) {
            wait = Math.max(wait, messages.waitNanos(rates.messages(), 1, nowNanos));
        }
        if (!rates.bytes().isUnlimited()) {
            wait = Math.max(wait, bytes.waitNanos(rates.bytes(), 1, nowNanos));
        }
        return wait;
    }
}
