package io.magnetar.stream;

/**
 * How fast a stream is read, at most.
 *
 * @param speed messages come with the gaps that were between them when the broker received them, divided by this; infinite for none
 * @param perSecond how many messages come in a second, at most; {@link #UNLIMITED} for any number
 */
public record ReplayPace(double speed, int perSecond) {
    public static final int UNLIMITED = 0;
    /** As fast as the log and the client can. */
    public static final ReplayPace MAX = new ReplayPace(Double.POSITIVE_INFINITY, UNLIMITED);

    public boolean hasSpeed() {
        return !Double.isInfinite(speed);
    }

    public boolean hasRate() {
        return perSecond != UNLIMITED;
    }
}
