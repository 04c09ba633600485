package io.magnetar.mqtt.auth;

/**
 * A text that nobody is to read in a log.
 *
 * <p>Thread: immutable.
 */
public record Secret(String value) {
    /** Without the secret. */
    @Override
    public String toString() {
        return "(a secret)";
    }
}
