package io.magnetar.mqtt.status;

/**
 * Whether the broker serves clients, or why not.
 *
 * @param ready clients are served
 * @param reason what is waited for or has failed; empty when ready
 */
public record Readiness(boolean ready, String reason) {
    public static final Readiness READY = new Readiness(true, "");

    public static Readiness waiting(String reason) {
        return new Readiness(false, reason);
    }
}
