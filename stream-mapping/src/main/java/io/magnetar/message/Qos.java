package io.magnetar.message;

/** Quality of service, MQTT 5.0 section 4.3. The ordinal is the value on the wire. */
public enum Qos {
    AT_MOST_ONCE,
    AT_LEAST_ONCE,
    EXACTLY_ONCE;

    private static final Qos[] VALUES = values();

    /**
     * @param value 0, 1 or 2
     * @throws IllegalArgumentException for any other value
     */
    public static Qos of(int value) {
        if (value < 0 || value >= VALUES.length) {
            throw new IllegalArgumentException("QoS is 0, 1 or 2, not " + value);
        }
        return VALUES[value];
    }

    public int value() {
        return ordinal();
    }

    /** The lower of two, as for a delivery: min(published, subscribed). */
    public Qos min(Qos other) {
        return ordinal() <= other.ordinal() ? this : other;
    }
}
