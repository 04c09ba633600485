package io.magnetar.mqtt.session;

/**
 * How many durable sessions there are.
 *
 * @param connected those with a connection
 * @param absent those that wait for their client
 */
public record SessionCounts(int connected, int absent) {
    public static final SessionCounts NONE = new SessionCounts(0, 0);

    SessionCounts plus(boolean isConnected) {
        return isConnected ? new SessionCounts(connected + 1, absent) : new SessionCounts(connected, absent + 1);
    }
}
